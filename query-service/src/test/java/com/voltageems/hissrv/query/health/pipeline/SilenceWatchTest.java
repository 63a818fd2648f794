package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.Telling;
import com.voltageems.hissrv.query.health.pipeline.SilenceWatch.Silent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A source that never told anything: from when on that is trouble, and how it is told. */
class SilenceWatchTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");
  private static final OptionalInt UNKNOWN = OptionalInt.empty();

  private final SilenceWatch watch = new SilenceWatch(Duration.ofMinutes(1));

  @Test
  void silence_isTroubleAfterItsTime_andOverWithTheFirstWord() {
    assertThat(watch.look(true, Set.of(), UNKNOWN, NOW)).isEmpty();
    assertThat(watch.look(true, Set.of(), UNKNOWN, NOW.plusSeconds(59))).isEmpty();
    assertThat(watch.look(true, Set.of(), UNKNOWN, NOW.plusSeconds(60)))
        .containsExactly(new Silent(SilenceWatch.WHOLE, NOW));
    assertThat(watch.look(true, Set.of(4), UNKNOWN, NOW.plusSeconds(61))).isEmpty();
    // Silent anew: its time begins anew.
    assertThat(watch.look(true, Set.of(), UNKNOWN, NOW.plusSeconds(120))).isEmpty();
    assertThat(watch.look(true, Set.of(), UNKNOWN, NOW.plusSeconds(179))).isEmpty();
  }

  @Test
  void eachTask_isWaitedForByItself() {
    assertThat(watch.look(true, Set.of(0), OptionalInt.of(2), NOW)).isEmpty();
    // The connector gets a third task.
    assertThat(watch.look(true, Set.of(0), OptionalInt.of(3), NOW.plusSeconds(50))).isEmpty();
    assertThat(watch.look(true, Set.of(0), OptionalInt.of(3), NOW.plusSeconds(60)))
        .containsExactly(new Silent(1, NOW));
    assertThat(watch.look(true, Set.of(0), OptionalInt.of(1), NOW.plusSeconds(200))).isEmpty();
  }

  /**
   * The time does not run while nothing is expected: it is not there, or tells by intent nothing.
   */
  @Test
  void silenceThatIsNotToBeExpected_isNone() {
    assertThat(watch.look(false, Set.of(), OptionalInt.of(2), NOW)).isEmpty();
    assertThat(watch.look(true, Set.of(), OptionalInt.of(2), NOW.plusSeconds(600))).isEmpty();

    assertThat(SilenceWatch.isExpected(Telling.on("t"), false)).isTrue();
    assertThat(SilenceWatch.isExpected(Telling.UNKNOWN, true)).isTrue();
    assertThat(SilenceWatch.isExpected(Telling.UNKNOWN, false)).isFalse();
    for (Telling telling : List.of(Telling.OFF, Telling.OLDER, Telling.ABSENT)) {
      assertThat(SilenceWatch.isExpected(telling, true)).as("%s", telling).isFalse();
    }
    assertThat(SilenceWatch.isByIntent(Telling.OFF)).isTrue();
    assertThat(SilenceWatch.isByIntent(Telling.OLDER)).isTrue();
    assertThat(SilenceWatch.isByIntent(Telling.ABSENT)).isFalse();
  }

  @Test
  void message_saysWhatToLookAt() {
    SourceView view = new SourceView("src", "status");
    List<Silent> late = List.of(new Silent(0, NOW), new Silent(1, NOW));
    Instant now = NOW.plusSeconds(60);
    Report report =
        view.report(
            List.of(),
            new SourceView.Silence(late, true, Telling.on("status"), Set.of()),
            Map.of(),
            0,
            now);
    assertThat(report.state()).isEqualTo(State.DEGRADED);
    assertThat(report.message())
        .isEqualTo(
            "src has reported nothing for 60 s (since 2025-08-21T10:00:00Z): see its "
                + "worker's log, and whether topic status (kafka.status.topic) and the "
                + "source's data topics exist or may be created (topic.creation.* of the "
                + "source, auto.create.topics.enable of the broker)");
    assertThat(
            view.report(
                    List.of(),
                    new SourceView.Silence(late, false, Telling.on("other"), Set.of("hissrv.live")),
                    Map.of(),
                    0,
                    now)
                .message())
        .endsWith(
            "there is no topic hissrv.live, status; it reports to topic other (its status.topic), but "
                + "kafka.status.topic is status; set both alike");
    assertThat(view.byIntent(Telling.OLDER))
        .isEqualTo(
            Report.of(
                State.UP,
                "reports nothing: the source's plugin is an older version without status.topic",
                Map.of()));
  }
}
