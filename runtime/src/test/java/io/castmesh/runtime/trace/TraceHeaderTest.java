package io.castmesh.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, section 3.2 and 4. */
class TraceHeaderTest {
  private static final String ID = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";

  @Test
  void whatIsWrittenCanBeRead() {
    Trace trace = Trace.fresh();
    assertThat(Trace.parse(trace.traceparent())).isEqualTo(trace);
    assertThat(Trace.parse("00-" + ID + "-" + SPAN + "-01")).isEqualTo(new Trace(ID, SPAN, true));
  }

  @Test
  void aLaterVersionIsReadAsFarAsItIsKnown() {
    assertThat(Trace.parse("cc-" + ID + "-" + SPAN + "-03-what-comes"))
        .isEqualTo(new Trace(ID, SPAN, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03x"
      })
  void whatIsNotValidIsNone(String header) {
    assertThat(Trace.parse(header)).isNull();
  }
}
