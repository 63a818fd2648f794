package com.voltageems.hissrv.query.site.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettledTest {
  private static final int OLD = 1;
  private static final int HALF = 2;
  private static final int NEW = 3;

  private final Settled content = new Settled(OLD);

  @Test
  void newContent_isToldOnce_whenItIsFoundAgain() {
    assertThat(content.isNew(OLD, OLD)).isFalse();
    assertThat(content.isNew(OLD, NEW)).isFalse();
    assertThat(content.isNew(OLD, NEW)).isTrue();
    assertThat(content.isNew(NEW, NEW)).isFalse();
  }

  @Test
  void halfOfAFile_isNotTaken() {
    assertThat(content.isNew(OLD, HALF)).isFalse();
    assertThat(content.isNew(OLD, NEW)).isFalse();
    assertThat(content.isNew(OLD, NEW)).isTrue();
  }

  @Test
  void contentThatWasThereForAMoment_isNoChange() {
    assertThat(content.isNew(OLD, HALF)).isFalse();
    assertThat(content.isNew(OLD, OLD)).isFalse();
    assertThat(content.isNew(OLD, OLD)).isFalse();
  }
}
