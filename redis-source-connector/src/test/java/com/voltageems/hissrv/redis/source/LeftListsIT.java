package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.list.LeftLists;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

/** A connector is deleted while its list has a claim in flight. */
class LeftListsIT extends RedisTaskFixture {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "old list");

  private final ManualClock clock = new ManualClock();

  private static void push(int n) {
    client.lpush("old list", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
  }

  @Test
  void listWithAClaimInFlight_isNamedByAnotherConnector_untilASourceHasDrainedIt() {
    push(1);
    push(2);
    try (TaskHarness task = task(LIST, "name", "deleted", "batch.max.records", "1")) {
      assertThat(numbers(task.poll())).containsExactly(1.0);
      assertThat(task.poll()).isEmpty();
    }
    assertThat(client.hgetAll("hissrv:lists")).isEqualTo(Map.of("old list", "deleted"));
    assertThat(client.llen("old list:inflight")).isEqualTo(1);

    try (RedisLink link = new JedisLink(Readers.config(config(LIST)).redis("t"), () -> {})) {
      link.reset();
      assertThat(link.call(Command.of("PING"))).isNotNull();
      LeftLists lists = new LeftLists(List.of("mine"), "new", link, clock);
      lists.look();
      assertThat(lists.state().stuck()).isNull();
      clock.pass(Duration.ofMinutes(1));
      lists.look();
      assertThat(Objects.requireNonNull(lists.state().stuck()).reason())
          .startsWith("nobody drains old list (1 wait, 1 in flight; its last connector: deleted)");
      assertThat(client.hget("hissrv:lists", "mine")).isEqualTo("new");

      // A connector of another name has no position: it sends what was in flight.
      stored.clear();
      try (TaskHarness task = task(LIST, "name", "successor")) {
        List<SourceRecord> records = task.pollFor(2);
        assertThat(numbers(records)).containsExactly(1.0, 2.0);
        task.pollTimes(2);
        clock.pass(Duration.ofSeconds(10));
        lists.look();
        assertThat(lists.state().stuck()).isNull();
        assertThat(client.hget("hissrv:lists", "old list")).isEqualTo("successor");
      }
    }
  }

  @Test
  void tasksStatus_hasThePartOnlyWhileSomethingIsLeft() {
    try (TaskHarness task = task(LIST, "status.topic", "st", "status.interval.ms", "100")) {
      assertThat(task.pollFor(2)).extracting(SourceRecord::topic).containsOnly("st").isNotEmpty();
      assertThat(task.pollFor(1))
          .extracting(record -> String.valueOf(record.value()))
          .allSatisfy(value -> assertThat(value).contains("\"p\"").doesNotContain("left-lists"));
    }
  }
}
