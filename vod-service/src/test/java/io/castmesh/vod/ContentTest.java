package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Videos;
import io.castmesh.contract.Videos.Video;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of one real recording over HTTP. */
@ExtendWith(TestMesh.class)
class ContentTest {
  private static final HttpClient http = HttpClient.newHttpClient();
  private static VodStory story;
  private static Videos.Source source;
  private static byte[] all;

  @BeforeAll
  static void aVideo(TestMesh test) throws IOException {
    story = new VodStory(test, 1);
    Video video = story.video(VodStory.user("ann"), "bytes", 2);
    source = await(story.mesh.bus().ask(Videos.SOURCE, new Videos.ById(video.id())));
    all = Files.readAllBytes(story.folder.resolve(video.liveId() + ".webm"));
  }

  @Test
  void withoutARangeTheWholeFileComes() throws Exception {
    // when
    HttpResponse<byte[]> answer = get(source.contentUrl());

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(all);
    assertThat(header(answer, "content-type")).isEqualTo("video/webm");
    assertThat(header(answer, "accept-ranges")).isEqualTo("bytes");
    assertThat(header(answer, "content-length")).isEqualTo("" + all.length);
    assertThat(header(answer, "etag")).matches("\"[0-9a-f]+-[0-9a-f]+\"");
  }

  @ParameterizedTest
  @CsvSource({"0-0,0,1", "0-99,0,100", "100-199,100,100", "1000-,1000,-1", "-500,-500,500"})
  void aRangeBringsThatPart(String range, int first, int length) throws Exception {
    // given
    int from = first < 0 ? all.length + first : first;
    int to = length < 0 ? all.length : from + length;

    // when
    HttpResponse<byte[]> answer = get(source.contentUrl(), "Range", "bytes=" + range);

    // then
    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(header(answer, "content-range"))
        .isEqualTo("bytes " + from + "-" + (to - 1) + "/" + all.length);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(all, from, to));
    assertThat(header(answer, "content-length")).isEqualTo("" + (to - from));
  }

  @Test
  void aRangeThatReachesBeyondTheEndStopsThere() throws Exception {
    // when
    HttpResponse<byte[]> answer =
        get(source.contentUrl(), "Range", "bytes=" + (all.length - 10) + "-99999999999999999999");
    HttpResponse<byte[]> suffix = get(source.contentUrl(), "Range", "bytes=-999999999");

    // then
    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.body()).hasSize(10);
    assertThat(suffix.statusCode()).isEqualTo(206);
    assertThat(suffix.body()).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999-", "999999999-9999999999", "-0", "99999999999999999999-"})
  void aRangeBeyondTheEndIsNotSatisfiable(String range) throws Exception {
    // when
    HttpResponse<byte[]> answer = get(source.contentUrl(), "Range", "bytes=" + range);

    // then
    assertThat(answer.statusCode()).isEqualTo(416);
    assertThat(header(answer, "content-range")).isEqualTo("bytes */" + all.length);
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=5-1", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", ""})
  void whatIsNotOneRangeOfBytesIsAnsweredWithTheWhole(String range) throws Exception {
    // when
    HttpResponse<byte[]> answer = get(source.contentUrl(), "Range", range);

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(all);
  }

  @Test
  void aRangeOfAnotherStateOfTheFileIsAnsweredWithTheWhole() throws Exception {
    // given
    HttpResponse<byte[]> whole = get(source.contentUrl());
    String etag = header(whole, "etag");
    String date = header(whole, "last-modified");

    // when, then
    assertThat(ifRange(etag)).isEqualTo(206);
    assertThat(ifRange(date)).isEqualTo(206);
    assertThat(ifRange("\"other\"")).isEqualTo(200);
    assertThat(ifRange("W/" + etag)).isEqualTo(200);
    assertThat(ifRange("Mon, 01 Jan 2024 00:00:00 GMT")).isEqualTo(200);
    assertThat(ifRange("nonsense")).isEqualTo(200);
  }

  @Test
  void whoHasTheFileIsToldSo() throws Exception {
    // given
    HttpResponse<byte[]> whole = get(source.contentUrl());
    String etag = header(whole, "etag");
    String date = header(whole, "last-modified");

    // when, then
    assertThat(get(source.contentUrl(), "If-None-Match", etag).statusCode()).isEqualTo(304);
    assertThat(get(source.contentUrl(), "If-None-Match", "\"x\", W/" + etag).statusCode())
        .isEqualTo(304);
    assertThat(get(source.contentUrl(), "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    assertThat(get(source.contentUrl(), "If-Modified-Since", date).statusCode()).isEqualTo(304);
    assertThat(get(source.contentUrl(), "If-Match", "\"x\"").statusCode()).isEqualTo(412);
    assertThat(get(source.contentUrl(), "If-Match", etag).statusCode()).isEqualTo(200);
    assertThat(
            get(source.contentUrl(), "If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")
                .statusCode())
        .isEqualTo(412);
  }

  @Test
  void headTellsTheSizeAndIgnoresRanges() throws Exception {
    // when
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(source.contentUrl()))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .header("Range", "bytes=0-1")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "content-length")).isEqualTo("" + all.length);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void theThumbnailIsAJpeg() throws Exception {
    // when
    HttpResponse<byte[]> answer = get(source.thumbnailUrl());

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "content-type")).isEqualTo("image/jpeg");
    assertThat(answer.body()).startsWith(0xff, 0xd8, 0xff);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/videos/none/content",
        "/videos/..%2f..%2fetc%2fpasswd/content",
        "/videos/../../etc/passwd",
        "/videos/%00/content",
        "/etc/passwd",
        "/videos/none/thumbnail"
      })
  void whatIsNotAVideoIsNotFound(String path) throws Exception {
    // given
    String base = source.contentUrl().substring(0, source.contentUrl().indexOf("/videos/"));

    // when
    HttpResponse<byte[]> answer = get(base + path);

    // then
    assertThat(answer.statusCode()).isEqualTo(404);
  }

  @Test
  void otherMethodsAreNotAllowed() throws Exception {
    // when
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(source.contentUrl())).DELETE().build(),
            HttpResponse.BodyHandlers.ofByteArray());

    // then
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(header(answer, "allow")).isEqualTo("GET, HEAD");
  }

  private static int ifRange(String validator) throws Exception {
    return get(source.contentUrl(), "Range", "bytes=0-9", "If-Range", validator).statusCode();
  }

  private static HttpResponse<byte[]> get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse(null);
  }
}
