package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.record.FrameFuzzer;
import io.castmesh.medianode.engine.rtc.RtpFuzzer;
import io.castmesh.medianode.kurento.JsonRpcFuzzer;
import java.util.Arrays;

/**
 * All targets in one process, which starts once: the first byte of an input says which is meant.
 */
public final class AnyFuzzer {
  private interface Fuzzer {
    void test(byte[] data) throws Exception;
  }

  /** Everything that reads what strangers send. */
  enum Target {
    STUN(StunFuzzer.class, StunFuzzer::fuzzerTestOneInput),
    DTLS(DtlsFuzzer.class, DtlsFuzzer::fuzzerTestOneInput),
    RTP(RtpFuzzer.class, RtpFuzzer::fuzzerTestOneInput),
    SDP(SdpFuzzer.class, SdpFuzzer::fuzzerTestOneInput),
    JSON_RPC(JsonRpcFuzzer.class, JsonRpcFuzzer::fuzzerTestOneInput),
    FILE(FileFuzzer.class, FileFuzzer::fuzzerTestOneInput),
    FRAME(FrameFuzzer.class, FrameFuzzer::fuzzerTestOneInput);

    private final Class<?> type;
    private final Fuzzer fuzzer;

    Target(Class<?> type, Fuzzer fuzzer) {
      this.type = type;
      this.fuzzer = fuzzer;
    }

    String className() {
      return type.getName();
    }
  }

  private AnyFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    if (data.length > 0) {
      Target[] targets = Target.values();
      byte[] rest = Arrays.copyOfRange(data, 1, data.length);
      targets[(data[0] & 0xFF) % targets.length].fuzzer.test(rest);
    }
  }

  static byte[] input(Target target, byte[] data) {
    byte[] input = new byte[data.length + 1];
    input[0] = (byte) target.ordinal();
    System.arraycopy(data, 0, input, 1, data.length);
    return input;
  }
}
