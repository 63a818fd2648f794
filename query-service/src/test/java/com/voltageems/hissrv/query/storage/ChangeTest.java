package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Tier COPY = new Tier("hourly");

  private static @Nullable Duration days(int days) {
    return days == 0 ? null : Duration.ofDays(days);
  }

  private static Change change(Tier tier, int wanted, int kept, int shard, int copies) {
    return Change.of(
        new Wish(tier, days(wanted), days(shard), copies, List.of()),
        new Place("p", true, days(kept), Duration.ofDays(7), 1, null),
        days(wanted));
  }

  @Test
  void times_areCompared_forEverIsLongest() {
    assertThat(change(COPY, 30, 30, 0, 0)).isEqualTo(Change.NONE);
    assertThat(change(COPY, 40, 30, 0, 0)).isEqualTo(Change.ALTER);
    assertThat(change(COPY, 20, 30, 0, 0)).isEqualTo(Change.SHORTEN);
    assertThat(change(COPY, 20, 0, 0, 0)).isEqualTo(Change.SHORTEN);
    assertThat(change(COPY, 0, 30, 0, 0)).isEqualTo(Change.ALTER);
    assertThat(change(COPY, 0, 0, 0, 0)).isEqualTo(Change.NONE);
  }

  @Test
  void samples_ofASiteThatDoesNotSay_stayAsTheyAre() {
    assertThat(change(Tier.RAW, 0, 30, 0, 0)).isEqualTo(Change.NONE);
    assertThat(change(Tier.RAW, 0, 30, 1, 0)).isEqualTo(Change.ALTER);
  }

  @Test
  void shardsAndCopies_countWhereTheFileSays() {
    assertThat(change(COPY, 30, 30, 7, 1)).isEqualTo(Change.NONE);
    assertThat(change(COPY, 30, 30, 1, 0)).isEqualTo(Change.ALTER);
    assertThat(change(COPY, 30, 30, 0, 2)).isEqualTo(Change.ALTER);
    assertThat(change(COPY, 20, 30, 1, 2)).as("never hidden").isEqualTo(Change.SHORTEN);
  }

  @Test
  void placeThatIsNotThere_isMade() {
    assertThat(Change.of(new Wish(COPY, null, null, 0, List.of()), Place.missing("p"), null))
        .isEqualTo(Change.CREATE);
  }
}
