package io.castmesh.vod.place;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Videos.Location;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlacesTest {
  private static final Vertx vertx = Vertx.vertx();
  private final Places places = new Places(vertx);

  @AfterAll
  static void close() {
    await(vertx.close());
  }

  @Test
  void aPublicAddressHasAPlaceAsFarAsItIsKnown() {
    assertThat(await(places.find("114.114.114.114"))).isEqualTo(new Location("中国", "江苏省", "南京市"));
    assertThat(await(places.find("81.2.69.142"))).isEqualTo(new Location("英国", null, null));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.0.7",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "2001:db8::1",
        "localhost",
        "example.org",
        "1.2.3",
        "",
        "999.1.1.1"
      })
  void anyOtherAddressIsUnknown(String address) {
    assertThat(await(places.find(address))).isNull();
  }
}
