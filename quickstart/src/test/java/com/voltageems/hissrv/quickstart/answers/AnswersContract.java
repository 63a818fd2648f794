package com.voltageems.hissrv.quickstart.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.quickstart.HistoryDatabase;
import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Questions all the time while parts of the system fail for random times, also for longer than late
 * data is looked for: no answer has fewer samples of a window than one before, be it from the
 * samples, from coarser copies or from memory, and none has too many. When all is well again every
 * answer is what was sent, and stays so. Nor is {@code /health} green at the end of a long failure,
 * or anything but green when all is well again. A tenth of the property {@code hissrv.kill.rounds}
 * says how often there are a short failure of two parts and a long one, {@code hissrv.kill.seed}
 * which.
 */
abstract class AnswersContract {
  static final String MEASUREMENT = "answers";

  private static final int SERIES = 2;
  private static final long MINUTE = 60_000;
  private static final List<Long> LENGTHS = List.of(MINUTE, 5 * MINUTE);
  private static final Duration LATE = Duration.ofMinutes(2);
  private static final Duration LIMIT = Duration.ofMinutes(6);

  /** {@code query.cache.closed}, and some seconds for an answer under way. */
  private static final long KEPT_MILLIS = 65_000;

  private static final String COPIES =
      """
      retention:
        policies:
          - {name: samples, duration: 30d}
          - {name: minutes, duration: 60d}
          - {name: fives, duration: 90d}
      downsampling:
        grace: 10s
        late_data: 2m
        late_data_interval: 10s
        tasks:
          - {name: to_minutes, source: samples, target: minutes, interval: 1m, aggregations: &all [{function: max}, {function: min}]}
          - {name: to_fives, source: minutes, target: fives, interval: 5m, aggregations: *all}
      """;

  private final Sent sent = new Sent(SERIES);
  private final BlockingQueue<String> faults = new LinkedBlockingQueue<>();
  private final AtomicBoolean sending = new AtomicBoolean(true);
  private final AtomicBoolean asking = new AtomicBoolean(true);
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong fromCopies = new AtomicLong();

  @TempDir Path dir;

  /** Starts the database, with its data below a folder. */
  abstract HistoryDatabase start(Path folder);

  @Test
  void whateverFails_noAnswerGoesBack_andInTheEndAllAreRight() throws Exception {
    // A round takes five minutes.
    int rounds = Math.max(1, Integer.getInteger("hissrv.kill.rounds", 1) / 10);
    long seed = Long.getLong("hissrv.kill.seed", System.nanoTime());
    System.out.println("kill rounds " + rounds + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    try (HistorySystem system =
        new HistorySystem(
            Installation.find(), dir, Ports.free(), true, this::start, COPIES, line -> {})) {
      system.submitConnectors(
          List.of("1m"), Map.of("aggregation.enabled", "false", "poll.interval.ms", "200"));
      Questions questions = new Questions(system.url());
      Thread sender = new Thread(() -> send(system.redis().uri(), random.split()), "sender");
      Thread asker = new Thread(() -> ask(questions, random.split()), "asker");
      sender.start();
      await().atMost(LIMIT).until(() -> isAnswered(questions));
      asker.start();
      // Copies have no say in the first minutes, and so nothing to get wrong.
      await().atMost(LIMIT).until(() -> fromCopies.get() > 0);
      await().atMost(LIMIT).untilAsserted(() -> assertThat(questions.health()).isEqualTo("up"));
      List<Server> parts =
          List.of(system.worker(), system.kafka(), system.database(), system.redis());
      for (int round = 1; round <= rounds; round++) {
        fail(parts, 2, Duration.ofMillis(random.nextLong(1_000, 40_000)), random, () -> {});
        fail(
            parts,
            1,
            LATE.plusMillis(random.nextLong(20_000, 90_000)),
            random,
            () -> {
              if (questions.health().equals("up")) {
                faults.add("/health is up while a part is away");
              }
            });
        System.out.printf(
            "kill: round %d of %d, %d points sent, %d answers, %d of them from copies%n",
            round, rounds, sent.count(), answers.get(), fromCopies.get());
      }
      sending.set(false);
      sender.join();
      await().atMost(LIMIT).untilAsserted(() -> assertThat(wrong(questions)).isEmpty());
      // The copies take the late data in one after the other, and answer from then on.
      await()
          .during(Duration.ofMinutes(2))
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(wrong(questions)).isEmpty());
      await().atMost(LIMIT).untilAsserted(() -> assertThat(questions.health()).isEqualTo("up"));
      asking.set(false);
      asker.join();
    }
    assertThat(faults).isEmpty();
  }

  private interface Check {
    void run() throws InterruptedException;
  }

  /**
   * Some parts are killed, and started again in another order, or stand still and then go on as if
   * nothing had happened.
   */
  private static void fail(
      List<Server> parts, int count, Duration time, SplittableRandom random, Check atItsEnd)
      throws InterruptedException {
    List<Server> victims = new ArrayList<>(parts);
    while (victims.size() > count) {
      victims.remove(random.nextInt(victims.size()));
    }
    boolean frozen = random.nextBoolean();
    System.out.printf(
        "%s %s %s for %s%n",
        Instant.now(),
        frozen ? "stop" : "kill",
        victims.stream()
            .map(one -> one.getClass().getSimpleName())
            .collect(Collectors.joining(", ")),
        time);
    victims.forEach(victim -> end(victim, frozen));
    pause(time);
    atItsEnd.run();
    // A worker gives up after a minute without its broker, so none waits for the one before it.
    Collections.shuffle(victims, new Random(random.nextLong()));
    victims.forEach(victim -> begin(victim, frozen));
    victims.forEach(Server::awaitReady);
    pause(Duration.ofSeconds(20));
  }

  private static void end(Server victim, boolean frozen) {
    if (frozen) {
      victim.process().suspend();
    } else {
      victim.kill();
    }
  }

  private static void begin(Server victim, boolean frozen) {
    if (frozen) {
      victim.process().resume();
    } else {
      victim.relaunch();
    }
  }

  private static void pause(Duration time) throws InterruptedException {
    // The length of an outage is what is tried here: nothing happens that could be awaited.
    Thread.sleep(time.toMillis());
  }

  private boolean isAnswered(Questions questions) throws InterruptedException {
    return !sent.isEmpty()
        && questions
            .ask(0, "count", sent.start(MINUTE), sent.end(MINUTE), MINUTE, "")
            .filter(answer -> !answer.windows().isEmpty())
            .isPresent();
  }

  /** A sample a second of each series, but for some; each until Redis has it. */
  private void send(String redisUri, SplittableRandom random) {
    try (RedisClient redis = RedisClient.create(redisUri)) {
      long second = System.currentTimeMillis() / 1000;
      while (sending.get()) {
        for (; second < System.currentTimeMillis() / 1000; second++) {
          for (int series = 0; series < SERIES; series++) {
            if (random.nextInt(20) > 0) {
              push(redis, series, second, Math.rint(random.nextDouble(-1e6, 1e6)) / 8);
            }
          }
        }
        pause(Duration.ofMillis(200));
      }
    } catch (InterruptedException e) {
      faults.add("the sender was interrupted");
    }
  }

  private void push(RedisClient redis, int series, long second, double value)
      throws InterruptedException {
    sent.add(series, second * 1000, value);
    String element =
        "{\"measurement\":\"%s\",\"timestamp\":%d,\"tags\":{\"series\":\"%d\"},\"fields\":{\"value\":%s}}"
            .formatted(MEASUREMENT, second, series, value);
    while (true) {
      try {
        // Pushed twice where an answer was lost: one point all the same.
        redis.lpush("archive:pending", element);
        return;
      } catch (JedisException e) {
        pause(Duration.ofMillis(300));
      }
    }
  }

  private void ask(Questions questions, SplittableRandom random) {
    Seen seen = new Seen();
    try {
      while (asking.get()) {
        pause(Duration.ofMillis(random.nextLong(100, 300)));
        long length = LENGTHS.get(random.nextInt(LENGTHS.size()));
        long all = (sent.end(length) - sent.start(length)) / length;
        long first = random.nextLong(all);
        long start = sent.start(length) + first * length;
        long end = start + (1 + random.nextLong(all - first)) * length;
        boolean memory = random.nextInt(3) == 0;
        String more = memory ? "" : random.nextInt(4) == 0 ? "&resolution=raw" : "&cache=no";
        int series = random.nextInt(SERIES);
        long began = System.currentTimeMillis() - (memory ? KEPT_MILLIS : 0);
        Optional<Questions.Answer> answer =
            questions.ask(series, "count", start, end, length, more);
        if (answer.isPresent()) {
          answers.incrementAndGet();
          judge(answer.get(), series, start, end, length, began, seen);
        }
      }
    } catch (InterruptedException e) {
      faults.add("the asker was interrupted");
    }
  }

  private void judge(
      Questions.Answer answer,
      int series,
      long start,
      long end,
      long length,
      long since,
      Seen seen) {
    long now = System.currentTimeMillis();
    if (!answer.parts().isEmpty()) {
      fromCopies.incrementAndGet();
    }
    for (long at = start; at < end; at += length) {
      long count = answer.windows().getOrDefault(at, 0.0).longValue();
      Seen.Window window = new Seen.Window(series, at, length);
      if (count < seen.by(window, since) || count > sent.count(series, at, length)) {
        faults.add(
            "%s: %d samples, where an answer had %d, and %d were sent: %s, from %s"
                .formatted(
                    Instant.ofEpochMilli(at),
                    count,
                    seen.by(window, since),
                    sent.count(series, at, length),
                    answer.path(),
                    answer.parts()));
      }
      seen.add(window, count, now);
    }
  }

  /** The first answer that is not what was sent; empty where there is none. */
  private String wrong(Questions questions) throws InterruptedException {
    for (int series : IntStream.range(0, SERIES).toArray()) {
      for (long length : LENGTHS) {
        for (String function : Sent.FUNCTIONS) {
          for (String more : List.of("&cache=no", "&resolution=raw")) {
            Optional<Questions.Answer> answer =
                questions.ask(series, function, sent.start(length), sent.end(length), length, more);
            if (answer.isEmpty()) {
              return "no answer";
            }
            NavigableMap<Long, Double> right = sent.windows(series, function, length);
            if (!isSame(answer.get().windows(), right)) {
              return answer.get() + ", which should be " + right;
            }
          }
        }
      }
    }
    return "";
  }

  private static boolean isSame(
      NavigableMap<Long, Double> found, NavigableMap<Long, Double> right) {
    return found.keySet().equals(right.keySet())
        && right.entrySet().stream()
            .allMatch(
                one ->
                    Math.abs(found.getOrDefault(one.getKey(), Double.NaN) - one.getValue())
                        <= 1e-9 * Math.max(1e6, Math.abs(one.getValue())));
  }
}
