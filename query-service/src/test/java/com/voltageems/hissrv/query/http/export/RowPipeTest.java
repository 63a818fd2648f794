package com.voltageems.hissrv.query.http.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RowPipeTest {
  /** It ended the whole service, again and again, for whoever asked the same. */
  @Test
  void errorOfOneAnswer_concernsThatAnswer() {
    RowPipe pipe = new RowPipe(1);
    AtomicInteger ends = new AtomicInteger();
    pipe.fillBy(
        sink -> {
          throw new StackOverflowError("deep");
        },
        ends::incrementAndGet);

    assertThat(pipe.next())
        .isInstanceOfSatisfying(
            RowPipe.End.class,
            end -> assertThat(end.failure()).hasRootCauseInstanceOf(StackOverflowError.class));
    assertThat(ends).hasValue(1);
  }
}
