package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.Telling;
import com.voltageems.hissrv.query.health.pipeline.SourceStatus.Back;
import com.voltageems.hissrv.query.health.pipeline.SourceStatus.Part;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows that nobody makes while live values come: cron has never run, or no longer does. */
class UnmadeWindowsTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");
  private static final long MINUTE = 60_000;

  private final SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));

  private static Part live(Instant newest) {
    return new Part(
        "live", "hash", "ok", null, "", null, newest.toEpochMilli(), 0, null, Back.NEVER, true, 0);
  }

  private static Part windows(@Nullable Instant newest, long length) {
    return new Part(
        "archive",
        "archive",
        "ok",
        null,
        "",
        0L,
        newest == null ? null : (Long) newest.toEpochMilli(),
        0,
        null,
        Back.NEVER,
        false,
        length);
  }

  private static Part aggregation(@Nullable Instant stuckSince) {
    return new Part(
        "aggregation",
        "aggregation",
        stuckSince == null ? "ok" : "stuck",
        stuckSince == null ? null : (Long) stuckSince.toEpochMilli(),
        "away",
        null,
        null,
        0,
        null);
  }

  private void told(int task, Instant now, Part... parts) {
    watch.told(new SourceStatus("src", task, now.toEpochMilli(), 10_000, List.of(parts)), now, now);
    watch.looked(now);
  }

  private Report report(Instant now) {
    return new SourceView("src", "hissrv-status")
        .report(
            watch.view(task -> true, now),
            new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of()),
            Map.of(),
            0,
            now);
  }

  @Test
  void cronThatHasNeverRun_isToldAfterSevenMinutes() {
    for (int i = 0; i < 7; i++) {
      Instant now = NOW.plusSeconds(60L * i);
      told(0, now, live(now), windows(null, MINUTE));
      assertThat(report(now).state()).as("minute %s", i).isEqualTo(PartState.State.UP);
    }
    Instant now = NOW.plusSeconds(420);
    told(0, now, live(now), windows(null, MINUTE));
    Report report = report(now);
    assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
    assertThat(report.message())
        .isEqualTo(
            "src task 0: archive has read nothing for 5 min (since 2025-08-21T10:02:00Z): no window"
                + " is made, though live values come: aggregation.enabled is false, so something"
                + " else must call hissrv.lua, such as cron with hissrv_cron.sh; see its log");
    assertThat(String.valueOf(report.detail())).contains("trouble=true, reason=no window is made");
    // The first window ends it.
    told(0, now.plusSeconds(60), live(now), windows(now.minusSeconds(60), MINUTE));
    assertThat(report(now.plusSeconds(60)).state()).isEqualTo(PartState.State.UP);
  }

  @Test
  void triggerThatMatchesNothing_isTold() {
    told(0, NOW, live(NOW), windows(null, MINUTE), aggregation(null));
    assertThat(report(NOW).state()).isEqualTo(PartState.State.UP);
    Instant now = NOW.plusSeconds(600);
    told(0, now, live(now), windows(null, MINUTE), aggregation(null));
    assertThat(report(now).message())
        .contains("no window is made, though live values come: see whether aggregation.patterns");
  }

  @ParameterizedTest
  @ValueSource(longs = {MINUTE, 60 * MINUTE})
  void windowsThatNoLongerCome_areTold_asLateAsTheirLengthAllows(long length) {
    Instant newest = NOW.minusMillis(length);
    Instant due = newest.plusMillis(2 * length);
    Instant late = due.plusMillis(Math.max(length, 5 * MINUTE));
    told(0, newest, live(newest), windows(newest, length));
    assertThat(report(newest).state()).isEqualTo(PartState.State.UP);
    told(0, late.minusSeconds(1), live(late), windows(newest, length));
    assertThat(report(late.minusSeconds(1)).state()).isEqualTo(PartState.State.UP);
    told(0, late, live(late), windows(newest, length));
    assertThat(report(late).message()).contains("(since " + due + "): no window is made");
  }

  /** Nobody collected while the worker was away: the first window after it needs its time. */
  @Test
  void windowsAfterAnOutage_haveTheTimeToCome() {
    told(0, NOW, live(NOW), windows(NOW.minusSeconds(90), MINUTE), aggregation(null));
    assertThat(report(NOW).state()).isEqualTo(PartState.State.UP);
    Instant back = NOW.plusSeconds(1200);
    assertThat(report(back.minusSeconds(1)).message()).contains("has reported nothing");
    for (int i = 0; i < 420; i += 30) {
      Instant now = back.plusSeconds(i);
      told(0, now, live(now), windows(NOW.minusSeconds(60), MINUTE), aggregation(null));
      assertThat(report(now).state()).as("second %s", i).isEqualTo(PartState.State.UP);
    }
    Instant late = back.plusSeconds(420);
    told(0, late, live(late), windows(NOW.minusSeconds(60), MINUTE), aggregation(null));
    assertThat(report(late.plusNanos(324_533_172)).message())
        .contains("(since " + back.plusSeconds(120) + "): no window is made");
  }

  /** One task of several may read only devices that have no windows. */
  @Test
  void windowsOfAnotherTask_count_alsoAfterItBeganAnew() {
    Instant later = NOW.plusSeconds(3600);
    told(0, NOW, live(NOW), windows(null, MINUTE));
    assertThat(report(NOW).state()).isEqualTo(PartState.State.UP);
    told(0, later, live(later), windows(null, MINUTE));
    told(1, later, windows(later.minusSeconds(90), MINUTE));
    assertThat(report(later).state()).isEqualTo(PartState.State.UP);
    Instant anew = later.plusSeconds(20);
    told(1, anew, windows(null, MINUTE));
    assertThat(report(anew).state()).isEqualTo(PartState.State.UP);
    // Both have none for long: the first of them tells, once.
    Instant end = anew.plusSeconds(420);
    told(0, end, live(end), windows(null, MINUTE));
    told(1, end, windows(null, MINUTE));
    assertThat(report(end).message())
        .startsWith("src task 0: archive has read nothing for 5 min")
        .doesNotContain("task 1");
  }

  @Test
  void silentDevices_longWindows_olderPlugins_andAStuckTrigger_areNot() {
    Instant later = NOW.plusSeconds(3600);
    told(0, NOW, live(NOW), windows(null, MINUTE));
    assertThat(report(NOW).state()).isEqualTo(PartState.State.UP);
    told(0, later, live(NOW), windows(null, MINUTE));
    assertThat(report(later).state()).as("silent devices").isEqualTo(PartState.State.UP);
    told(0, later, live(later), windows(null, 60 * MINUTE));
    assertThat(report(later).state()).as("long windows").isEqualTo(PartState.State.UP);
    told(0, later, live(later), windows(null, 0));
    assertThat(report(later).state()).as("older plugin").isEqualTo(PartState.State.UP);
    told(0, later, live(later), windows(NOW, MINUTE), aggregation(NOW));
    assertThat(report(later).message()).contains("aggregation is stuck").doesNotContain("archive");
  }

  @Test
  void lengthOfWindows_isReadAndBounded() {
    String text =
        """
        {"version":1,"connector":"src","task":0,"time":1764109000000,"interval_ms":10000,
         "parts":[{"name":"archive","type":"archive","state":"ok","window_ms":%s}]}""";
    for (Map.Entry<String, Long> one :
        Map.of("60000", MINUTE, "-1", 0L, "1e3", 0L, "99999999999999", 0L, "\"60000\"", 0L)
            .entrySet()) {
      SourceStatus status =
          SourceStatus.parse(text.formatted(one.getKey()).getBytes(StandardCharsets.UTF_8))
              .orElseThrow();
      assertThat(status.parts().get(0).windowMillis())
          .as(one.getKey())
          .isEqualTo(one.getValue().longValue());
    }
  }
}
