package com.voltageems.hissrv.query.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SeldomTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
  private final Seldom seldom = new Seldom(Duration.ofMinutes(1), nanos::get);

  @Test
  void equalLines_areLoggedOnceAMinute_withTheNumberOfTheOthers() {
    assertThat(seldom.count("away")).hasValue(0);
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(seldom.count("away")).isEmpty();
    assertThat(seldom.count("away")).isEmpty();
    assertThat(seldom.count("busy")).as("another reason").hasValue(0);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(seldom.count("away")).hasValue(2);
    assertThat(seldom.count("away")).isEmpty();
  }

  @Test
  void manyReasons_areForgotten() {
    assertThat(seldom.count("first")).hasValue(0);
    for (int i = 0; i < 50; i++) {
      assertThat(seldom.count("reason " + i)).hasValue(0);
    }
    assertThat(seldom.count("first")).hasValue(0);
    assertThat(seldom.count("reason 49")).isEmpty();
  }
}
