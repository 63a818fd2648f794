package com.voltageems.hissrv.query.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZoneOffsetsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void of_clocksThatNeverChange_isOneOffset() {
    assertThat(ZoneOffsets.of(ZoneId.of("+05:30"), NOW)).containsExactly(List.of(0L, 19_800L));
  }

  @Test
  void of_clocksThatChange_isEachChange_upToTheFuture() {
    List<List<Long>> berlin = ZoneOffsets.of(ZoneId.of("Europe/Berlin"), NOW);

    assertThat(berlin)
        .startsWith(List.of(0L, 3600L))
        .contains(
            List.of(Instant.parse("2024-03-31T01:00:00Z").getEpochSecond(), 7200L),
            List.of(Instant.parse("2024-10-27T01:00:00Z").getEpochSecond(), 3600L),
            List.of(Instant.parse("2028-03-26T01:00:00Z").getEpochSecond(), 7200L));
    assertThat(berlin).isSortedAccordingTo((a, b) -> Long.compare(a.get(0), b.get(0)));
  }
}
