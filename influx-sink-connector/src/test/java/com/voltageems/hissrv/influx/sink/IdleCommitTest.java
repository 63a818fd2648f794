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
}
