package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackfillTest {
  /** What could not be computed stays told, also when it is done. */
  @Test
  void whatWasLeftOut_isStillToldAtTheEnd() {
    Backfill begun = Backfill.begun("id", "hourly", 0, 0, 7_200_000);
    assertThat(begun.failed("no").upTo(3_600_000, 1).error()).isNull();

    String told = "left out: windows before 1970-01-01T01:00:00Z, which expired";
    Backfill left = begun.leftOut(3_600_000);
    assertThat(left.error()).isEqualTo(told);
    assertThat(left.failed("no").error()).isEqualTo("no; " + told);
    Backfill done = left.failed("no").failed("not yet").upTo(7_200_000, 1);
    assertThat(done.state()).isEqualTo(Backfill.State.DONE);
    assertThat(done.error()).isEqualTo(told);
  }
}
