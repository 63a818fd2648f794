package com.voltageems.hissrv.influx.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private final ManualTime time = new ManualTime();
  private final Lease lease = new Lease(time);

  private Duration doubtful() {
    return Duration.ofNanos(Math.max(0, lease.doubtfulFor()));
  }

  @Test
  void taskThatIsCalledInTime_writesAtOnce() {
    for (int i = 0; i < 10; i++) {
      lease.renew(true);
      time.pass(Lease.LONGEST);
      assertThat(doubtful()).isZero();
    }
  }

  @Test
  void taskThatWasNotCalled_waitsUntilItIs_andSomeSecondsMore() {
    lease.renew(true);
    time.pass(Lease.LONGEST.plusMillis(1));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
    time.pass(Duration.ofHours(1));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);

    lease.renew(true);
    time.pass(Duration.ofSeconds(2));
    lease.renew(true);
    assertThat(doubtful()).isEqualTo(Lease.DOUBT.minusSeconds(2));
    time.pass(Duration.ofSeconds(3));
    assertThat(doubtful()).isZero();
  }

  /** The call may come before a writing thread looks. */
  @Test
  void callAfterALongTime_startsTheDoubt() {
    lease.renew(true);
    time.pass(Duration.ofSeconds(20));
    lease.renew(true);
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
  }

  /** Connect calls an idle task once a minute. */
  @Test
  void taskWithoutOpenRecords_isNotInDoubt() {
    lease.renew(true);
    lease.renew(false);
    time.pass(Duration.ofMinutes(1));
    assertThat(doubtful()).isZero();
    lease.renew(true);
    assertThat(doubtful()).isZero();
  }

  /** A clock for durations stands still with its machine. */
  @Test
  void machineThatWasSuspended_isSeenByTheTimeOfDay() {
    AtomicLong millis = new AtomicLong();
    Lease after =
        new Lease(
            new Time() {
              @Override
              public long nanos() {
                return 0;
              }

              @Override
              public long millis() {
                return millis.get();
              }

              @Override
              public void await(Condition condition, long nanos) {
                throw new IllegalStateException("nobody waits here");
              }
            });
    after.renew(true);
    millis.set(60_000);
    assertThat(after.doubtfulFor()).isEqualTo(Lease.DOUBT.toNanos());
    after.renew(true);
    millis.set(0); // set back: no time has passed
    assertThat(after.doubtfulFor()).isEqualTo(Lease.DOUBT.toNanos());
  }
}
