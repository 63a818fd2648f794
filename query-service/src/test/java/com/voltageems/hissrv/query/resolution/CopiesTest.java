package com.voltageems.hissrv.query.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.storage.PolicyState;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.store.tier.Place;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopiesTest {
  private static final long NOW = 1_764_000_000_000L;
  private static final Duration WEEK = Duration.ofDays(7);

  private static Expired expired(String... measurements) {
    Policy policy = new Policy("realtime", WEEK, null, 0, List.of(measurements));
    PolicyState state =
        new PolicyState(
            policy,
            true,
            PolicyState.State.OK,
            List.of(new Place("m", true, WEEK, null, 1, null)),
            null);
    return Copies.expired(
        new StoragePlan(List.of(policy), List.of(), "realtime", StoragePlan.Pace.USUAL),
        List.of(state),
        NOW);
  }

  @Test
  void samplesExpire_ofTheMeasurementsThatThePolicyIsFor() {
    assertThat(expired().of("m")).isEqualTo(NOW - WEEK.toMillis());
    assertThat(expired().of("other")).isEqualTo(NOW - WEEK.toMillis());
    assertThat(expired("m").of("m")).isEqualTo(NOW - WEEK.toMillis());
    assertThat(expired("m").of("other")).isNull();
  }
}
