package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * Rounds of {@code kill -9} at random moments while the pending list is drained; each round takes
 * the next of worker, broker, database and Redis. After all of them every element is in its topic
 * once and reads back as it was pushed. The property {@code hissrv.kill.rounds} says how many
 * rounds ({@code ./verify.sh --kill}: 50), {@code hissrv.kill.seed} which moments.
 */
class EndToEndKillIT {
  private static final int ELEMENTS = 400;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir Path dir;

  @Test
  void anyPartKilled_nothingLostNothingTwice() throws Exception {
    int rounds = Integer.getInteger("hissrv.kill.rounds", 1);
    long seed = Long.getLong("hissrv.kill.seed", System.nanoTime());
    System.out.println("kill rounds " + rounds + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Double> pushed = new TreeMap<>();
    try (HistorySystem system =
        new HistorySystem(Installation.find(), dir, Ports.free(), true, line -> {})) {
      HistoryClient history = new HistoryClient(system.url());
      // Small claims, so that a round takes long enough to be hit in its middle.
      system.submitConnectors(
          List.of("1m"),
          Map.of(
              "aggregation.enabled",
              "false",
              "poll.interval.ms",
              "100",
              "batch.max.records",
              "20"));
      List<Server> victims =
          List.of(system.worker(), system.kafka(), system.database(), system.redis());
      long second = System.currentTimeMillis() / 1000 - 100_000;
      for (int round = 0; round < rounds; round++) {
        long before = read(history);
        try (RedisClient redis = RedisClient.create(system.redis().uri())) {
          pushed.putAll(PendingElements.push(redis, "kill", ELEMENTS, second, random.nextLong()));
        }
        second += ELEMENTS;
        // In the middle: after some of this round's elements have arrived, but not all.
        long some = before + random.nextLong(ELEMENTS / 2);
        await().atMost(LIMIT).until(() -> read(history) >= some);
        Server victim = victims.get(round % victims.size());
        victim.kill();
        victim.restart();
        await().atMost(LIMIT).until(() -> read(history) == pushed.size());
        System.out.printf(
            "kill: round %d of %d, %d elements pushed and read back%n",
            round + 1, rounds, pushed.size());
      }
      Expect.points(history, "e2e", Map.of("run", "kill"), "value", pushed);
      assertThat(Topics.recordsByTime(system.kafka(), "hissrv.pending", "\"run\":\"kill\""))
          .hasSize(pushed.size())
          .allSatisfy((time, count) -> assertThat(count).as("records at %s", time).isEqualTo(1));
    }
  }

  /** Elements read back so far; 0 while the database is away. */
  private static long read(HistoryClient history) throws InterruptedException {
    try {
      return history.points("e2e", Map.of("run", "kill"), "value").size();
    } catch (IllegalStateException e) {
      return 0;
    }
  }
}
