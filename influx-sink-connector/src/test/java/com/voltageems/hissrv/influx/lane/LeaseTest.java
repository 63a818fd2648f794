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

  /** Lets time pass in which the process runs. */
  private void run(Duration duration) {
    for (Duration left = duration;
        left.compareTo(Duration.ZERO) > 0;
        left = left.minus(Lease.BEAT)) {
      time.pass(Lease.BEAT);
      lease.beat();
    }
  }

  /** Converters and transforms may take their time. */
  @Test
  void taskThatIsBusy_writesAtOnce() {
    for (int i = 0; i < 10; i++) {
      lease.renew(true);
      run(Lease.SILENCE);
      assertThat(doubtful()).isZero();
    }
  }

  @Test
  void processThatStoodStill_waitsForSomeSeconds() {
    lease.renew(true);
    time.pass(Lease.LONGEST);
    assertThat(doubtful()).isZero();
    time.pass(Duration.ofMillis(1));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
    time.pass(Duration.ofSeconds(20));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);

    lease.beat();
    run(Duration.ofSeconds(2));
    lease.renew(true);
    assertThat(doubtful()).isEqualTo(Lease.DOUBT.minusSeconds(2));
    run(Duration.ofSeconds(3));
    assertThat(doubtful()).isZero();
  }

  /** The beat or the call may come before a writing thread looks; nothing needs to be open. */
  @Test
  void processThatStoodStill_isSeenByWhateverComesFirst() {
    time.pass(Duration.ofSeconds(20));
    lease.beat();
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
    run(Duration.ofMinutes(1));
    assertThat(doubtful()).isZero();
    time.pass(Duration.ofSeconds(20));
    lease.renew(false);
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
  }

  /** The consumer may have left its group: after max.poll.interval.ms. */
  @Test
  void taskThatIsNotCalledForVeryLong_waitsUntilItIs() {
    lease.renew(true);
    run(Lease.SILENCE.plus(Lease.BEAT));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
    run(Lease.DOUBT.multipliedBy(3));
    assertThat(doubtful()).isEqualTo(Lease.DOUBT);
    lease.renew(true);
    run(Lease.DOUBT);
    assertThat(doubtful()).isZero();
  }

  /** Connect calls an idle task once a minute, or more seldom. */
  @Test
  void taskWithoutOpenRecords_isNotInDoubt() {
    lease.renew(true);
    lease.renew(false);
    run(Duration.ofMinutes(10));
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
    after.beat();
    assertThat(after.doubtfulFor()).isZero();
    millis.set(60_000);
    assertThat(after.doubtfulFor()).isEqualTo(Lease.DOUBT.toNanos());
    after.beat();
    millis.set(0); // set back: no time has passed
    after.beat();
    assertThat(after.doubtfulFor()).isEqualTo(Lease.DOUBT.toNanos());
  }
}
