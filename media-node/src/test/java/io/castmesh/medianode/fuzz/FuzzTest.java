package io.castmesh.medianode.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFileWriter;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.mp4.Mp4Writer;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.stun.StunBuilder;
import io.castmesh.medianode.engine.stun.StunMessage;
import io.castmesh.medianode.engine.webm.WebmWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run of all fuzz targets together, with Jazzer, from packets and texts that are right; a
 * minute before a change is merged. A long one of a single target: {@code
 * -Dcastmesh.fuzz.target=SDP -Dcastmesh.fuzz.seconds=600}; what it finds is printed with the input
 * that shows it.
 */
class FuzzTest {
  private static final int SECONDS =
      Integer.getInteger(
          "castmesh.fuzz.seconds",
          Integer.parseInt(System.getenv().getOrDefault("FUZZ_SECONDS", "6")));

  /** 640x360. */
  private static final byte[] VP8_KEY_FRAME = {
    0x50, 0x42, 0x00, (byte) 0x9d, 0x01, 0x2a, (byte) 0x80, 0x02, 0x68, 0x01, 9, 9
  };

  /** Parameter sets of 640x360 and the beginning of a slice, with their lengths. */
  private static final byte[] H264_KEY_FRAME =
      HexFormat.of()
          .parseHex(
              "000000196742c016d900a02ff970110000030001000003000a0f162e48"
                  + "0000000568cb83cb2000000005658884000a");

  @TempDir Path folder;

  @Test
  void nothingThatArrivesBreaksIt() throws Exception {
    // given
    String only = System.getProperty("castmesh.fuzz.target");
    Path seeds = Files.createDirectory(folder.resolve("seeds"));
    for (AnyFuzzer.Target target : AnyFuzzer.Target.values()) {
      List<byte[]> inputs = seeds(target);
      for (int i = 0; i < inputs.size(); i++) {
        byte[] input = only == null ? AnyFuzzer.input(target, inputs.get(i)) : inputs.get(i);
        if (only == null || only.equals(target.name())) {
          Files.write(seeds.resolve(target.name() + i), input);
        }
      }
    }
    String className =
        only == null ? AnyFuzzer.class.getName() : AnyFuzzer.Target.valueOf(only).className();
    Path log = folder.resolve("log");
    // when
    Process fuzzer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + className,
                "--instrumentation_includes=io.castmesh.medianode.**",
                "-max_total_time=" + SECONDS,
                "-max_len=4096",
                "-timeout=90",
                "-rss_limit_mb=2048",
                Files.createDirectory(folder.resolve("corpus")).toString(),
                seeds.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = fuzzer.waitFor(SECONDS + 240, TimeUnit.SECONDS);
    fuzzer.destroyForcibly();
    // then
    String said = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertThat(ended).as("the fuzzer ended: %s", said).isTrue();
    assertThat(fuzzer.exitValue()).as("found: %s", said).isZero();
    assertThat(said).containsPattern("Done \\d+ runs in");
    if (only != null) {
      System.out.println(said.lines().filter(line -> line.startsWith("Done")).toList());
    }
  }

  private List<byte[]> seeds(AnyFuzzer.Target target) throws IOException {
    return switch (target) {
      case STUN -> stun();
      case DTLS -> dtls();
      case RTP -> rtp();
      case SDP -> sdp();
      case JSON_RPC -> jsonRpc();
      case FILE -> files();
      case FRAME -> frames();
    };
  }

  private static List<byte[]> stun() {
    byte[] key = "password".repeat(3).getBytes(StandardCharsets.UTF_8);
    return List.of(
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12])
            .username("ours:them")
            .priority(7)
            .iceControlling(1)
            .useCandidate()
            .build("another".getBytes(StandardCharsets.UTF_8)),
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12]).username("x:y").build(key));
  }

  /** The beginning of a ClientHello, and of one that says to be huge. */
  private static List<byte[]> dtls() {
    byte[] hello = new byte[120];
    byte[] start = {22, (byte) 0xfe, (byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 107, 1, 0, 0, 95};
    System.arraycopy(start, 0, hello, 0, start.length);
    hello[24] = 95;
    hello[25] = (byte) 0xfe;
    hello[26] = (byte) 0xfd;
    byte[] huge = hello.clone();
    java.util.Arrays.fill(huge, 14, 17, (byte) 0xff);
    return List.of(Chunks.join(hello), Chunks.join(hello, hello), Chunks.join(huge, hello));
  }

  private static List<byte[]> rtp() {
    List<byte[]> seeds = new ArrayList<>();
    for (int type = 96; type <= 101; type++) {
      byte[][] packets = new byte[3][60];
      for (int i = 0; i < 3; i++) {
        Rtp.writeHeader(packets[i], 0, i == 2, i == 1, type, 10 + 2 * i, 3000 * i, 77);
        packets[i][12] = 0x10;
        packets[i][16] = (byte) 0x9d;
      }
      seeds.add(Chunks.join(packets));
    }
    RtcpWriter rtcp = new RtcpWriter();
    rtcp.senderReport(77, 1L << 40, 3000, 5, 500);
    rtcp.sourceDescription(77, "somebody");
    rtcp.nack(77, 78, new int[] {1, 2, 9}, 3);
    rtcp.pictureLoss(77, 78);
    rtcp.fullIntraRequest(77, 78, 1);
    rtcp.bitrateEstimate(77, 78, 1_000_000);
    rtcp.bye(77);
    byte[] compound = java.util.Arrays.copyOf(rtcp.buffer(), rtcp.length());
    seeds.add(Chunks.join(compound));
    return seeds;
  }

  private static List<byte[]> sdp() throws IOException {
    return trace("\"offer\":\"")
        .map(text -> text.replace("\\r\\n", "\r\n"))
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  /** What stands behind a mark in the recorded conversations, up to the next quote. */
  private static Stream<String> trace(String mark) throws IOException {
    try (InputStream in =
        FuzzTest.class.getResourceAsStream("/kurento-traces/one2many-recorded.trace")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> found = new ArrayList<>();
      for (int at = text.indexOf(mark); at >= 0 && found.size() < 3; at = text.indexOf(mark, at)) {
        at += mark.length();
        found.add(text.substring(at, text.indexOf('"', at)));
      }
      assertThat(found).isNotEmpty();
      return found.stream();
    }
  }

  /** As recorders write them, and one that was cut off. */
  private List<byte[]> files() throws IOException {
    Path webm = folder.resolve("seed.webm");
    Path mp4 = folder.resolve("seed.mp4");
    try (WebmWriter writer = new WebmWriter(webm)) {
      record(writer, MediaCodec.VP8, VP8_KEY_FRAME);
    }
    byte[] unfinished = Files.readAllBytes(webm);
    try (WebmWriter writer = new WebmWriter(webm)) {
      record(writer, MediaCodec.VP8, VP8_KEY_FRAME);
      writer.finish();
    }
    try (Mp4Writer writer = new Mp4Writer(mp4)) {
      record(writer, MediaCodec.H264, H264_KEY_FRAME);
      writer.finish();
    }
    return List.of(unfinished, Files.readAllBytes(webm), Files.readAllBytes(mp4));
  }

  /** The payloads of a picture in each codec, in two packets; the first byte says which codec. */
  private static List<byte[]> frames() {
    return Stream.of(
            "00 1050429d012a80026801 000909",
            "01 8fb000010a498342 8409",
            "02 780004674200 7c8588 7c4588",
            "03 680a0a01 9008",
            "03 08020a010330070808 0103",
            "03 18320108")
        .map(hex -> hex.split(" "))
        .map(
            parts ->
                Chunks.behind(
                    HexFormat.of().parseHex(parts[0]),
                    Stream.of(parts).skip(1).map(HexFormat.of()::parseHex).toArray(byte[][]::new)))
        .toList();
  }

  private static void record(MediaFileWriter writer, MediaCodec codec, byte[] keyFrame)
      throws IOException {
    for (int t = 0; t < 2_400; t += 200) {
      writer.write(new MediaFrame(codec, t, t % 1_000 == 0, keyFrame));
      writer.write(new MediaFrame(MediaCodec.OPUS, t, true, new byte[] {(byte) 0xfc, 1, 2}));
    }
    writer.flush();
  }

  private static List<byte[]> jsonRpc() {
    String request = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}";
    String pipeline = request.formatted(1, "create", "{\"type\":\"MediaPipeline\"}");
    String endpoint =
        request.formatted(
            2,
            "create",
            "{\"type\":\"WebRtcEndpoint\",\"constructorParams\":{\"mediaPipeline\":\"$0\"}}");
    String invoke = "{\"object\":\"$1\",\"operation\":\"%s\",\"operationParams\":%s}";
    String other =
        "{\"type\":\"%s\",\"constructorParams\":{\"mediaPipeline\":\"$0\",\"uri\":\"file:///x\"}}";
    List<String> ends =
        List.of(
            request.formatted(3, "create", other.formatted("RtpEndpoint")),
            request.formatted(3, "create", other.formatted("PlayerEndpoint")),
            request.formatted(3, "create", other.formatted("RecorderEndpoint")),
            request.formatted(3, "invoke", invoke.formatted("connect", "{\"sink\":\"$1\"}")),
            request.formatted(3, "invoke", invoke.formatted("processOffer", "{\"offer\":\"v=0\"}")),
            request.formatted(
                3, "invoke", invoke.formatted("setRembParams", "{\"rembParams\":{}}")),
            request.formatted(3, "subscribe", "{\"object\":\"$1\",\"type\":\"Error\"}"),
            request.formatted(
                3,
                "transaction",
                "{\"operations\":[{\"id\":0,\"jsonrpc\":\"2.0\",\"method\":\"ping\"}]}"),
            request.formatted(3, "release", "{\"object\":\"$0\"}"));
    return ends.stream()
        .map(end -> String.join("\n", pipeline, endpoint, end))
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
