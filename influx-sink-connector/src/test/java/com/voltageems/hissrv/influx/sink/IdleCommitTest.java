package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleCommitTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void isDue_onceAllThatCameIsWritten_andNotAgainWithoutNewRecords() {
    IdleCommit commit = new IdleCommit();
    assertThat(commit.isDue(0, 5)).as("nothing came").isFalse();
    commit.received();
    assertThat(commit.isDue(3, 6)).as("not written yet").isFalse();
    assertThat(commit.isDue(0, 7)).isTrue();
    assertThat(commit.isDue(0, 8 + 10 * SECOND)).isFalse();
  }

  @Test
  void isDue_onceASecondAtMost() {
    IdleCommit commit = new IdleCommit();
    commit.received();
    assertThat(commit.isDue(0, Long.MAX_VALUE - 5)).isTrue();
    commit.received();
    assertThat(commit.isDue(0, Long.MIN_VALUE + 5)).as("11 ns later").isFalse();
    assertThat(commit.isWanted(0)).isTrue();
    assertThat(commit.isDue(0, Long.MIN_VALUE + 5 + SECOND)).isTrue();
    assertThat(commit.isWanted(0)).isFalse();
  }

  // The worker's clock, by which it commits, was set back by an hour, and records keep coming.
  @Test
  void isDue_whenTheWorkerHasNotCommittedForLong() {
    IdleCommit commit = new IdleCommit();
    assertThat(commit.isDue(0, 0)).isFalse();
    commit.received();
    assertThat(commit.isDue(3, SECOND)).isFalse();
    commit.committed(60 * SECOND);
    assertThat(commit.isDue(3, 179 * SECOND)).isFalse();
    assertThat(commit.isDue(3, 180 * SECOND)).isTrue();
    assertThat(commit.isDue(3, 181 * SECOND)).as("asked for").isFalse();
    assertThat(commit.isDue(3, 300 * SECOND)).isTrue();
  }

  @Test
  void isDue_notForWantOfRecords() {
    IdleCommit commit = new IdleCommit();
    assertThat(commit.isDue(0, 0)).isFalse();
    assertThat(commit.isDue(0, 3600 * SECOND)).isFalse();
    commit.received();
    assertThat(commit.isDue(3, 3601 * SECOND)).as("its time begins now").isFalse();
  }
}
