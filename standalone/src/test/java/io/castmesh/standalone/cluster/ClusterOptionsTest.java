package io.castmesh.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterOptionsTest {
  @Test
  void withoutOptionsThereAreTwoOfEachAndOneMediaNode() {
    // when
    ClusterOptions options = ClusterOptions.parse(List.of());
    // then
    assertThat(options.counts())
        .containsEntry(Service.GATEWAY, 2)
        .containsEntry(Service.VOD, 2)
        .containsEntry(Service.MEDIA_NODE, 1)
        .hasSize(Service.values().length);
    assertThat(options.host("room-1")).isEqualTo("127.0.0.1");
  }

  @Test
  void countsAddressesAndPrefixesAreRead() {
    // when
    ClusterOptions options =
        ClusterOptions.parse(
            List.of(
                "--gateways=3",
                "--room",
                "1",
                "--port",
                "9000",
                "--bind",
                "10.99.0.1",
                "--host",
                "gateway-3=10.99.0.3",
                "--wrap",
                "gateway-3=nsenter -t 12 -n"));
    // then
    assertThat(options.counts()).containsEntry(Service.GATEWAY, 3).containsEntry(Service.ROOM, 1);
    assertThat(options.port()).isEqualTo(9000);
    assertThat(options.host("gateway-3")).isEqualTo("10.99.0.3");
    assertThat(options.host("gateway-1")).isEqualTo("10.99.0.1");
    assertThat(options.wrap("gateway-3")).containsExactly("nsenter", "-t", "12", "-n");
    assertThat(options.wrap("gateway-1")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gateways 0              | --gateways must be a number from 1 to 16, not \"0\".",
        "--gateways many           | --gateways must be a number from 1 to 16, not \"many\".",
        "--gateways                | --gateways must be a number from 1 to 16, not \"\".",
        "--port 99999              | --port must be a number from 1 to 65535, not \"99999\".",
        "--nodes 3                 | There is no option \"--nodes\"; see ./castmesh help.",
        "gateways                  | There is no option \"gateways\"; see ./castmesh help.",
        "--bind 1;2                | --bind needs an address, not \"1;2\".",
        "--host 10.0.0.2           | --host needs NAME=VALUE, such as gateway-2=10.0.0.2, not"
            + " \"10.0.0.2\".",
        "--host room-3=10.0.0.2    | --host: there is no process \"room-3\", only such as gateway-1"
            + " or room-2.",
        "--wrap redis=nice         | --wrap: there is no process \"redis\", only such as gateway-1"
            + " or room-2."
      })
  void whatCannotBeUnderstoodIsToldInOneSentence(String line, String sentence) {
    assertThatThrownBy(() -> ClusterOptions.parse(List.of(line.split(" "))))
        .isInstanceOf(UsageException.class)
        .hasMessage(sentence);
  }
}
