package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.pipeline.TopicsWatch.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A sink whose topics do not exist. */
class TopicsWatchTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");
  private static final SinkTopics TWO = new SinkTopics(true, List.of("b", "a"), "");

  private final TopicsWatch watch = new TopicsWatch(Duration.ofMinutes(1));

  @Test
  void noTopicAtAll_isTroubleAfterItsTime() {
    String words = "none of the sink's topics exists: b, a";
    Set<String> both = Set.of("a", "b");
    assertThat(watch.look(TWO, both, NOW)).isEqualTo(new Found(false, words));
    assertThat(watch.look(TWO, both, NOW.plusSeconds(59))).isEqualTo(new Found(false, words));
    assertThat(watch.look(TWO, both, NOW.plusSeconds(60))).isEqualTo(new Found(true, words));
    // One comes; the time begins anew.
    assertThat(watch.look(TWO, Set.of("b"), NOW.plusSeconds(61)))
        .isEqualTo(new Found(false, "not there yet: b"));
    assertThat(watch.look(TWO, both, NOW.plusSeconds(120))).isEqualTo(new Found(false, words));
  }

  /** The shipped configurations read by an expression. */
  @Test
  void expressionThatMatchesNoTopic_isTroubleAfterItsTime() {
    SinkTopics regex = new SinkTopics(true, List.of(), "hisrv\\..*");
    String words = "no topic matches the sink's topics.regex: hisrv\\..*";
    Set<String> none = Set.of(regex.regex());
    assertThat(regex.matchesNone(Stream.of("hissrv.live", "hisrvX"))).isTrue();
    assertThat(regex.matchesNone(Stream.of("hissrv.live", "hisrv.live"))).isFalse();
    assertThat(new SinkTopics(true, List.of(), "a(").matchesNone(Stream.of())).isFalse();
    assertThat(TWO.matchesNone(Stream.of())).isFalse();
    assertThat(watch.look(regex, none, NOW)).isEqualTo(new Found(false, words));
    assertThat(watch.look(regex, none, NOW.plusSeconds(60))).isEqualTo(new Found(true, words));
    assertThat(watch.look(regex, Set.of(), NOW.plusSeconds(61))).isEqualTo(Found.ALL);
  }

  @Test
  void topicsThatAreThereOrNotKnown_areNoTrouble() {
    assertThat(watch.look(TWO, Set.of(), NOW)).isEqualTo(Found.ALL);
    for (SinkTopics topics :
        List.of(SinkTopics.UNKNOWN, SinkTopics.ABSENT, new SinkTopics(true, List.of(), "a.*"))) {
      assertThat(watch.look(topics, Set.of(), NOW)).isEqualTo(Found.ALL);
      assertThat(watch.look(topics, Set.of(), NOW.plusSeconds(600))).isEqualTo(Found.ALL);
    }
  }
}
