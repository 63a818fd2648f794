package com.voltageems.hissrv.redis.source.archive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageSizeTest {
  private final PageSize size = new PageSize(2000, 10_000, 1_000_000);

  @Test
  void smallItems_growsByFourUpToItsBound() {
    assertThat(size.next(5000)).isEqualTo(20);
    size.learn(20, 40, 400);
    assertThat(size.next(5000)).isEqualTo(80);
    for (int i = 0; i < 10; i++) {
      int items = size.next(5000);
      size.learn(items, 2L * items, 20L * items);
    }
    assertThat(size.next(5000)).isEqualTo(2000);
    assertThat(size.next(7)).isEqualTo(7);
  }

  @Test
  void largeItems_areTakenOneByOne() {
    size.learn(20, 1_000_000, 10_000_000);
    assertThat(size.next(100)).isEqualTo(1);
    size.learn(1, 1000, 10_000);
    assertThat(size.next(100)).isEqualTo(4);
  }

  @Test
  void bytes_boundAsFieldsDo() {
    size.learn(20, 20, 20 * 100_000);
    assertThat(size.next(100)).isEqualTo(10);
  }

  @Test
  void emptyOrShortPages_tellNothing() {
    size.learn(20, 40, 400);
    size.learn(0, 0, 0);
    size.learn(1, 2, 20);
    assertThat(size.next(100)).isEqualTo(80);
  }
}
