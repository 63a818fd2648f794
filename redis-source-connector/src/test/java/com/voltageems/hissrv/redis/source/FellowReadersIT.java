package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.FellowReaders;
import com.voltageems.hissrv.redis.source.reader.FellowReaders.Reads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several connectors read from one Redis. */
class FellowReadersIT extends RedisTaskFixture {
  private static final Map<String, String> HASH =
      Map.of("sources", "live", "sources.live.type", "hash", "sources.live.pattern", "comsrv:*");

  private final ManualClock clock = new ManualClock();
  private final List<RedisLink> links = new ArrayList<>();

  private static Reads hashes(String pattern) {
    return new Reads("live", "hash", List.of("inst:*", pattern), "hissrv.live");
  }

  private FellowReaders connector(String name, String instance, Reads... reads) {
    RedisLink link = new JedisLink(Readers.config(config(HASH)).redis("t"), () -> {});
    links.add(link);
    assertThat(link.call(Command.of("PING"))).isNotNull();
    return new FellowReaders(List.of(reads), name, instance, link, clock);
  }

  /** Both look, for two minutes. */
  private void look(FellowReaders... all) {
    for (int i = 0; i < 12; i++) {
      for (FellowReaders one : all) {
        one.look();
      }
      clock.pass(Duration.ofSeconds(10));
    }
  }

  @AfterEach
  void closeLinks() {
    links.forEach(RedisLink::close);
  }

  @Test
  void hashesThatOverlap_areTold_byBoth_untilOneIsGone() {
    FellowReaders one = connector("one", "1", hashes("comsrv:*"));
    FellowReaders two = connector("two", "2", hashes("comsrv:1*"));
    one.look();
    two.look();
    clock.pass(Duration.ofSeconds(50));
    one.look();
    // A connector that is renamed is no mistake.
    assertThat(one.shared()).isEmpty();
    look(one, two);
    assertThat(one.shared())
        .isEqualTo(
            "live reads what the connector two reads, too, into hissrv.live; in one Kafka the topic"
                + " has it twice");
    assertThat(two.shared()).contains("the connector one reads");
    client.hset("hissrv:readers", "two", aged("two"));
    one.look();
    assertThat(one.shared()).isEmpty();
  }

  @Test
  void entriesOfConnectorsThatAreLongGone_areRemoved() {
    connector("old", "1", hashes("comsrv:*")).look();
    connector("younger", "1", hashes("comsrv:*")).look();
    client.hset("hissrv:readers", "old", aged("old", Duration.ofDays(8)));
    client.hset("hissrv:readers", "younger", aged("younger", Duration.ofDays(6)));
    look(connector("one", "2", hashes("inst:*")));
    assertThat(client.hkeys("hissrv:readers")).containsExactlyInAnyOrder("younger", "one");
  }

  /** Returns the entry as a connector has left it that was stopped a minute ago. */
  private static String aged(String connector) {
    return aged(connector, Duration.ofMinutes(1));
  }

  private static String aged(String connector, Duration age) {
    String entry = Objects.requireNonNull(client.hget("hissrv:readers", connector));
    long at = Long.parseLong(entry.replaceFirst(".*\"at\":([0-9]+).*", "$1"));
    return entry.replace(String.valueOf(at), String.valueOf(at - age.toMillis()));
  }

  @Test
  void otherKeys_otherTopics_andOtherTypes_areNotTold() {
    FellowReaders one =
        connector(
            "one",
            "1",
            new Reads("live", "hash", List.of("comsrv:*"), "hissrv.live"),
            new Reads("s", "stream", List.of("events"), "hissrv.s"));
    FellowReaders two =
        connector(
            "two",
            "2",
            new Reads("live", "hash", List.of("inst:*"), "hissrv.live"),
            new Reads("again", "hash", List.of("comsrv:*"), "test.live"),
            new Reads("s", "stream", List.of("more"), "hissrv.s"),
            new Reads("p", "pubsub", List.of("comsrv:*"), "hissrv.live"));
    look(one, two);
    assertThat(one.shared() + two.shared()).isEmpty();
  }

  @Test
  void twoConnectorsOfOneName_areTold() {
    FellowReaders one = connector("one", "1", hashes("comsrv:*"));
    FellowReaders other = connector("one", "2", hashes("inst:*"));
    look(one, other);
    assertThat(one.shared()).startsWith("another connector named one reads from this Redis");
    assertThat(other.shared()).isEqualTo(one.shared());
  }

  @Test
  void taskThatIsStartedAgain_isNotTold() {
    look(connector("one", "1", hashes("comsrv:*")));
    FellowReaders again = connector("one", "2", hashes("comsrv:*"));
    look(again);
    assertThat(again.shared()).isEmpty();
  }

  @Test
  void entriesThatNobodyCanRead_areLeftAlone() {
    client.hset("hissrv:readers", Map.of("a", "{", "b", "[]", "c", "7", "", "{\"at\":\"x\"}"));
    FellowReaders one = connector("one", "1", hashes("comsrv:*"));
    look(one);
    assertThat(one.shared()).isEmpty();
    assertThat(client.hlen("hissrv:readers")).isEqualTo(5);
  }

  @Test
  void task_entersWhatItReads() {
    try (TaskHarness task = task(HASH, "name", "reading")) {
      client.hset("comsrv:1:m", Map.of("n", "1"));
      List<SourceRecord> records = task.pollFor(1);
      assertThat(records).hasSize(1);
      task.pollTimes(2);
    }
    assertThat(client.hget("hissrv:readers", "reading"))
        .contains(
            "\"reads\":[{\"type\":\"hash\",\"topic\":\"hissrv.live\",\"patterns\":[\"comsrv:*\"]}]");
  }
}
