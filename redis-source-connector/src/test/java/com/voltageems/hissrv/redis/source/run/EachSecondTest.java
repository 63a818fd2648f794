package com.voltageems.hissrv.redis.source.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class EachSecondTest {
  /** Whatever the first moment, and although each next one is up to 450 ms late. */
  @Property
  void everySecondIsMetOnce(
      @ForAll @LongRange(min = 0, max = 4_000_000_000_000L) long firstMillis,
      @ForAll long nanosAtFirst,
      @ForAll @Size(20) List<@IntRange(max = 450) Integer> lateMs) {
    long redis = firstMillis;
    for (int late : lateMs) {
      long nanos = nanosAtFirst + TimeUnit.MILLISECONDS.toNanos(redis - firstMillis);
      long wait = TimeUnit.NANOSECONDS.toMillis(EachSecond.next(nanos, redis) - nanos);
      long next = redis + wait + late;
      assertThat(next / 1000).isEqualTo(redis / 1000 + 1);
      redis = next;
    }
  }
}
