package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.pipeline.GroupWatch.Found;
import com.voltageems.hissrv.query.health.pipeline.GroupWatch.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Others in the sink's consumer group take records that the sink never sees. */
class GroupWatchTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");
  private static final Member FIRST = member("connector-consumer-sink-0", "/10.0.0.5", 0);
  private static final Member SECOND = member("connector-consumer-sink-1", "/10.0.0.6", 1);

  private final GroupWatch watch = new GroupWatch("sink", "connect-sink", Duration.ofSeconds(5));

  private static Member member(String client, String host, int partition) {
    return new Member(client, host, Set.of(new TopicPartition("hissrv.live", partition)));
  }

  /** What is found after a minute of it. */
  private Found afterAMinute(Member... members) {
    assertThat(watch.look(List.of(members), NOW)).isEqualTo(Found.NONE);
    assertThat(watch.look(List.of(members), NOW.plusSeconds(59))).isEqualTo(Found.NONE);
    return watch.look(List.of(members), NOW.plusSeconds(60));
  }

  @Test
  void tasksAlone_areNoTrouble() {
    assertThat(afterAMinute(FIRST, SECOND)).isEqualTo(Found.NONE);
    assertThat(afterAMinute()).isEqualTo(Found.NONE);
  }

  @Test
  void somebodyWithTheGroupsId_isTroubleUntilItIsGone() {
    Member stranger = member("console-consumer", "/10.0.0.9", 1);
    assertThat(afterAMinute(FIRST, stranger))
        .isEqualTo(
            new Found(
                true,
                "others read in the sink's consumer group connect-sink; console-consumer on"
                    + " 10.0.0.9 reads hissrv.live partition 1; what they read is not written to"
                    + " the database: give them another group.id"));
    assertThat(watch.look(List.of(FIRST, SECOND), NOW.plusSeconds(61))).isEqualTo(Found.NONE);
    assertThat(watch.look(List.of(FIRST, stranger), NOW.plusSeconds(62))).isEqualTo(Found.NONE);
  }

  /** As where a test system's Connect cluster uses the same Kafka. */
  @Test
  void connectorOfTheSameNameInAnotherCluster_isTrouble() {
    Member other = new Member("connector-consumer-sink-0", "/10.0.0.9", Set.of());
    assertThat(afterAMinute(FIRST, SECOND, other))
        .isEqualTo(
            new Found(
                true,
                "two connectors called sink share the consumer group connect-sink, each in a"
                    + " Connect cluster of its own; connector-consumer-sink-0 on 10.0.0.5 reads"
                    + " hissrv.live partition 0; connector-consumer-sink-0 on 10.0.0.9 reads"
                    + " nothing at the moment; each writes only what it reads to its database: give"
                    + " one of them another name"));
  }

  /** The workers' consumer.client.id, or the connector's. */
  @Test
  void tasksThatAreCalledOtherwise_areNoStrangers() {
    assertThat(afterAMinute(member("mine", "/10.0.0.5", 0), member("mine", "/10.0.0.5", 1)))
        .isEqualTo(Found.NONE);
  }

  @Test
  void connectorWhoseNameBeginsAlike_isAStranger() {
    assertThat(afterAMinute(FIRST, member("connector-consumer-sink-b-0", "/h", 2)).words())
        .contains("connector-consumer-sink-b-0 on h");
  }

  @Test
  void manyOfMany_areCounted() {
    Member all =
        new Member(
            "c",
            "/h",
            Set.of(
                new TopicPartition("t", 0),
                new TopicPartition("t", 1),
                new TopicPartition("t", 2),
                new TopicPartition("t", 3)));
    assertThat(afterAMinute(FIRST, all, all, all, all).words())
        .contains("c on h reads t partition 0, t partition 1, t partition 2 and 1 more; ")
        .contains("; and 1 more; what they read");
  }

  @Test
  void clockThatIsSet_makesItNeitherOlderNorNewer() {
    Member stranger = member("x", "/h", 1);
    assertThat(watch.look(List.of(FIRST, stranger), NOW)).isEqualTo(Found.NONE);
    watch.moved(Duration.ofHours(1));
    Instant then = NOW.plus(Duration.ofHours(1));
    assertThat(watch.look(List.of(FIRST, stranger), then.plusSeconds(59))).isEqualTo(Found.NONE);
    assertThat(watch.look(List.of(FIRST, stranger), then.plusSeconds(60)).late()).isTrue();
  }
}
