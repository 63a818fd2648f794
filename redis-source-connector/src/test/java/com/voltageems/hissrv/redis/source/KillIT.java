package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.ProcessClock;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.Server;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Under load, two workers of one cluster, Redis and the broker are killed with {@code kill -9} at
 * random moments, tasks are restarted, added and removed, and Redis's clock is stepped. A round
 * does each of these once, in random order; {@code -Dhissrv.kill.rounds} sets the number of rounds.
 * A worker comes back while the next failures already happen, so that failures overlap.
 */
class KillIT {
  private static final Logger LOG = LoggerFactory.getLogger(KillIT.class);
  private static final int ROUNDS = Integer.getInteger("hissrv.kill.rounds", 1);
  private static final int MAX_TASKS = 4;

  /** The most that may be under way: the load waits if this much has not arrived yet. */
  private static final long MAX_BACKLOG = 20_000;

  /** How many windows and entries Redis keeps: all that are under way, and as many again. */
  private static final long KEPT = 2 * MAX_BACKLOG;

  /**
   * Pushes one element, one window and one entry, or nothing if this number was pushed before. As
   * at a site, old windows and entries are removed: otherwise Redis would start more slowly with
   * each kill. Now and then the element is one of a few that are larger than a claim, or there is
   * an additional one that is rejected.
   */
  private static final String PUSH =
      """
      local number, first, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
      if number < tonumber(redis.call('GET', 'pushed') or '0') then return end
      local function window(n)
        return string.format('archive:1m:%d:%d', first + n, n % 7)
      end
      redis.call('SET', 'pushed', number + 1)
      local text = number % 400 < 3 and string.rep('x', 300000) or ''
      redis.call('LPUSH', 'archive:pending',
        '{"measurement":"m","fields":{"n":' .. number .. ',"t":"' .. text .. '"}}')
      if number % 100 == 50 then
        redis.call('LPUSH', 'archive:pending', string.rep('junk', number % 400 == 50 and 20000 or 1))
      end
      redis.call('HSET', window(number), 'n_last', number)
      redis.call('ZADD', 'archive:index:1m', redis.call('INCR', 'seq'), window(number))
      redis.call('XADD', 'events', 'MAXLEN', '~', kept, '*', 'n', number)
      if number >= kept then
        redis.call('ZREM', 'archive:index:1m', window(number - kept))
        redis.call('DEL', window(number - kept))
      end
      """;

  /** Kept after a failure: the servers' logs tell what happened. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private static final long FIRST_WINDOW = System.currentTimeMillis() / 1000 - 3 * 86_400;

  /** The kinds of failures. */
  private enum Kind {
    WORKER("worker"),
    BROKER("broker"),
    REDIS("redis"),
    TASK("task"),
    TASKS_MAX("tasks.max"),
    CLOCK("clock"),
    PAUSE("pause"),
    STOP("stop"),
    STANDSTILL("standstill");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void exactlyOnce_everyElementWindowAndEntryOnce() {
    run(Map.of(), true);
  }

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void withoutExactlyOnce_everyElementWindowAndEntryAtLeastOnce() {
    run(Map.of("exactly.once.source.support", "disabled"), false);
  }

  private void run(Map<String, String> more, boolean once) {
    ProcessClock clock =
        ProcessClock.isInstalled() ? ProcessClock.create(dir.resolve("clock")) : null;
    if (clock == null) {
      LOG.warn("Redis's clock is not stepped here: libfaketime (package faketime) is missing");
    }
    Map<String, String> workerConfig = new HashMap<>(more);
    // The minimum that a broker accepts: tasks of a killed worker are to move soon.
    workerConfig.put("session.timeout.ms", "6000");
    try (RedisServer redis =
            RedisServer.start(
                dir.resolve("redis"),
                clock == null ? Map.of() : clock.environment(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--auto-aof-rewrite-min-size",
                "8mb");
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker first = worker("connect-1", broker, workerConfig);
        ConnectWorker second = worker("connect-2", broker, workerConfig);
        Load load = new Load(redis.port());
        Arrivals arrivals = new Arrivals(broker.bootstrapServers())) {
      new Site(redis, broker, List.of(first, second), clock, load, arrivals).run(once);
    }
  }

  private ConnectWorker worker(String name, KafkaBroker broker, Map<String, String> config) {
    return ConnectWorker.start(
        dir.resolve(name), broker.bootstrapServers(), Plugin.archive(), config);
  }

  /** All running servers, and what happens to them. */
  private static final class Site {
    private final Random random = new Random();
    private final RedisServer redis;
    private final KafkaBroker broker;
    private final List<ConnectWorker> workers;
    private final @Nullable ProcessClock clock;
    private final Load load;
    private final Arrivals arrivals;
    private final Map<String, String> config = new HashMap<>();
    private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
    private int tasksMax = 3;

    /** Whether the connector is paused or stopped, until after the next failure. */
    private boolean halted;

    private long offsetSeconds;

    /**
     * The last check for failed tasks. They are not checked with every look at the topics, since a
     * task needs time to start again.
     */
    private long lookedNanos = System.nanoTime();

    /**
     * How often something was missing for too long, so that the test did what an operator would do
     * then.
     */
    private int resubmitted;

    Site(
        RedisServer redis,
        KafkaBroker broker,
        List<ConnectWorker> workers,
        @Nullable ProcessClock clock,
        Load load,
        Arrivals arrivals) {
      this.redis = redis;
      this.broker = broker;
      this.workers = workers;
      this.clock = clock;
      this.load = load;
      this.arrivals = arrivals;
      config.put("connector.class", RedisSourceConnector.class.getName());
      config.put("redis.uri", redis.uri());
      config.put("sources", "pending,archive1m,events");
      config.put("sources.pending.type", "list");
      config.put("sources.pending.key", "archive:pending");
      config.put("value.max.bytes", "500000");
      config.put("sources.archive1m.type", "archive");
      config.put("sources.archive1m.window", "1m");
      config.put("sources.archive1m.scan", "false");
      config.put("sources.events.type", "stream");
      config.put("sources.events.key", "events");
      // As in connect-configs/. With the producer's time, a broker would refuse records that are an
      // hour ahead.
      config.put("topic.creation.default.partitions", "-1");
      config.put("topic.creation.default.replication.factor", "-1");
      config.put("topic.creation.default.message.timestamp.type", "LogAppendTime");
      config.put("exactly.once.support", "requested");
      config.put("batch.max.records", "50");
      config.put("poll.interval.ms", "50");
      config.put("producer.override.transaction.timeout.ms", "10000");
    }

    void run(boolean once) {
      long begin = System.nanoTime();
      if (!submit()) {
        throw new IllegalStateException("the connector was not accepted");
      }
      load.thread.start();
      awaitArrived(1);
      List<Kind> kinds = new ArrayList<>(Arrays.asList(Kind.values()));
      if (clock == null) {
        kinds.remove(Kind.CLOCK);
      }
      for (int round = 1; round <= ROUNDS; round++) {
        long start = System.nanoTime();
        long pushed = load.pushed();
        Collections.shuffle(kinds, random);
        for (Kind kind : kinds) {
          restartFailed();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(1700)));
          boolean overlaps = halted && kind != Kind.PAUSE && kind != Kind.STOP;
          if (overlaps && kind == Kind.TASK) {
            // A halted connector may have no task.
            resume();
          }
          if (act(kind)) {
            done.merge(kind, 1, Integer::sum);
          }
          if (overlaps) {
            resume();
          }
        }
        resume();
        // Waits not for everything that was pushed, but for something of each source: the next
        // round is to hit a running system.
        awaitArrived(pushed + 1);
        LOG.info(
            "kill: round {} of {} ({}), {} s, pushed {}, arrived {}, repeated {}, order {}",
            round,
            ROUNDS,
            once ? "exactly once" : "at least once",
            seconds(start),
            load.pushed(),
            arrivals.counts(),
            arrivals.repeated(),
            kinds);
      }
      long pushed = load.finish();
      awaitArrived(pushed);
      // Nothing may come after everything has arrived: poll some more times.
      for (int i = 0; i < 10; i++) {
        arrivals.poll();
      }
      long rejected = load.awaitDrained();
      LOG.info(
          "kill: {} rounds ({}), {} elements, windows and entries each, {} kills, submitted again {},"
              + " {} s, lost {}, repeated {}, rejected {} of {}",
          ROUNDS,
          once ? "exactly once" : "at least once",
          pushed,
          kinds.stream()
              .sorted()
              .map(kind -> kind.label + "=" + done.getOrDefault(kind, 0))
              .collect(Collectors.joining(" ")),
          resubmitted,
          seconds(begin),
          arrivals.missing(pushed),
          arrivals.repeated(),
          rejected,
          Load.toReject(pushed));
      assertThat(arrivals.missing(pushed)).isZero();
      // Each is on the list of rejected elements once, even without exactly-once support: Redis
      // alone does that.
      assertThat(rejected).isEqualTo(Load.toReject(pushed));
      if (once) {
        assertThat(arrivals.repeated()).as("%s", arrivals.repetitions).isZero();
      }
      // None of the failures needed an operator.
      assertThat(resubmitted).isZero();
      assertThat(pushed).isGreaterThan(100);
      assertThat(done.keySet()).containsExactlyInAnyOrderElementsOf(kinds);
    }

    private static long seconds(long sinceNanos) {
      return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
    }

    /** Returns false if it could not be done because the REST API refused for too long. */
    private boolean act(Kind kind) {
      LOG.info("next: {}", kind.label);
      switch (kind) {
        case WORKER -> {
          ConnectWorker worker = workers.get(random.nextInt(workers.size()));
          worker.kill();
          worker.relaunch();
        }
        case BROKER -> {
          broker.kill();
          broker.restart();
        }
        case REDIS -> {
          redis.kill();
          redis.restart();
        }
        case STANDSTILL -> {
          List<Server> servers = List.of(workers.get(0), workers.get(1), broker, redis);
          freeze(servers.get(random.nextInt(servers.size())));
        }
        case TASK -> {
          return insist(
              worker -> {
                int tasks = worker.status("kill").path("tasks").size();
                return tasks > 0
                    && isAccepted(
                        worker.send(
                            "POST",
                            "/connectors/kill/tasks/" + random.nextInt(tasks) + "/restart",
                            null));
              });
        }
        case TASKS_MAX -> {
          tasksMax = 1 + (tasksMax + random.nextInt(MAX_TASKS - 1)) % MAX_TASKS;
          return submit();
        }
        case PAUSE, STOP -> {
          halted = true;
          return insist(worker -> isAccepted(put(worker, kind.label)));
        }
        case CLOCK -> {
          long[] offsets = {-7200, -3600, -5, 0, 5, 3600, 7200};
          long before = offsetSeconds;
          while (offsetSeconds == before) {
            offsetSeconds = offsets[random.nextInt(offsets.length)];
          }
          if (clock != null) {
            clock.step(Duration.ofSeconds(offsetSeconds));
          }
        }
      }
      return true;
    }

    /**
     * Lets a server stand still for some seconds, in half of the cases for so long that the others
     * give it up (session and transaction timeouts, sockets); it then goes on as if nothing had
     * happened.
     */
    private void freeze(Server server) {
      LOG.info("{} stands still", server.getClass().getSimpleName());
      server.process().suspend();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_000 + random.nextInt(19_000)));
      server.process().resume();
    }

    private void resume() {
      if (halted && !insist(worker -> isAccepted(put(worker, "resume")))) {
        throw new IllegalStateException("the connector cannot be resumed");
      }
      halted = false;
    }

    private static ConnectRest.Answer put(ConnectWorker worker, String state) {
      return worker.send("PUT", "/connectors/kill/" + state, null);
    }

    private boolean submit() {
      config.put("tasks.max", String.valueOf(tasksMax));
      return insist(
          worker -> isAccepted(worker.send("PUT", "/connectors/kill/config", Map.copyOf(config))));
    }

    private static boolean isAccepted(ConnectRest.Answer answer) {
      if (answer.status() >= 300) {
        LOG.info("refused: {} {}", answer.status(), answer.body().path("message").asText());
      }
      return answer.status() < 300;
    }

    private interface Call {
      boolean on(ConnectWorker worker);
    }

    /**
     * Tries one worker after the other: one may be starting, its group rebalancing, its leader
     * dead.
     */
    private boolean insist(Call call) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(45);
      while (System.nanoTime() - deadline < 0) {
        for (ConnectWorker worker : workers) {
          if (attempt(call, worker)) {
            return true;
          }
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
      }
      LOG.warn("not accepted in time, given up");
      return false;
    }

    private static boolean attempt(Call call, ConnectWorker worker) {
      try {
        return call.on(worker);
      } catch (UncheckedIOException e) {
        // No answer counts as a refusal.
        return false;
      }
    }

    /**
     * Restarts failed tasks, as the query service does: Connect lets a task fail because the
     * leading worker died while the task started, or because tasks.max was lowered meanwhile.
     */
    private void restartFailed() {
      if (System.nanoTime() - lookedNanos < 2_000_000_000L) {
        return;
      }
      lookedNanos = System.nanoTime();
      for (ConnectWorker worker : workers) {
        if (!worker.process().isAlive()) {
          worker.relaunch();
        }
      }
      for (ConnectWorker worker : workers) {
        if (attempt(Site::restartFailed, worker)) {
          return;
        }
      }
    }

    private static boolean restartFailed(ConnectWorker worker) {
      return restart(worker, Site::isFailed);
    }

    /**
     * Restarts the matching parts of the connector, one by one. It does not use {@code
     * restart?includeTasks=true}, which is a write to the config topic. If that write fails because
     * the broker was killed, the leader gives up its producer and never claims another one (Connect
     * 3.9 to 4.4, {@code DistributedHerder.restartConnectorAndTasks} works without {@code
     * writeToConfigTopicAsLeader}): until a rebalance it refuses every write with "Cannot produce
     * to config topic without claiming write privileges first".
     */
    private static boolean restart(ConnectWorker worker, Predicate<JsonNode> which) {
      JsonNode status = worker.status("kill");
      boolean accepted =
          !which.test(status.path("connector"))
              || isAccepted(worker.send("POST", "/connectors/kill/restart", null));
      for (JsonNode task : status.path("tasks")) {
        if (which.test(task)) {
          accepted &=
              isAccepted(
                  worker.send(
                      "POST",
                      "/connectors/kill/tasks/" + task.path("id").asInt() + "/restart",
                      null));
        }
      }
      return accepted;
    }

    private static boolean isFailed(JsonNode part) {
      return part.path("state").asText().equals("FAILED");
    }

    /** Waits until every source has delivered the first {@code count} numbers. */
    private void awaitArrived(long count) {
      Patience patience = new Patience(arrivals.missing(count));
      await("numbers below " + count + " in every topic")
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                restartFailed();
                arrivals.poll();
                load.arrived(arrivals.least());
                long missing = arrivals.missing(count);
                if (patience.isOverAt(missing)) {
                  LOG.warn("kill: missing, of each topic the first: {}", arrivals.gaps(count));
                  resubmit(missing);
                }
                return missing == 0;
              });
    }

    /**
     * A worker that loses its broker while tasks.max is lowered can keep tasks of the old number,
     * which Connect then refuses to start, for ever (TooManyTasksException). The query service
     * notices that and restarts the connector; without it, an operator does so.
     */
    private void resubmit(long missing) {
      LOG.warn("kill: {} numbers still missing, the connector is submitted again", missing);
      resubmitted++;
      submit();
      insist(worker -> restart(worker, part -> true));
    }
  }

  /** Ends when nothing that was missing has arrived for a while. */
  private static final class Patience {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(75);
    private long missing;
    private long sinceNanos = System.nanoTime();

    Patience(long missing) {
      this.missing = missing;
    }

    boolean isOverAt(long stillMissing) {
      boolean over = stillMissing == missing && System.nanoTime() - sinceNanos > LIMIT_NANOS;
      if (over || stillMissing != missing) {
        missing = stillMissing;
        sinceNanos = System.nanoTime();
      }
      return over;
    }
  }

  /** The numbers in the topics, without the records, because there are many. */
  private static final class Arrivals implements AutoCloseable {
    private static final Map<String, String> FIELDS =
        Map.of("hissrv.pending", "n", "hissrv.archive1m", "n_last", "hissrv.events", "n");
    private static final int MAX_REPETITIONS_TOLD = 20;
    private static final int MAX_GAPS_TOLD = 20;

    private final TopicReader topics;
    private final Map<String, BitSet> arrived = new LinkedHashMap<>();
    final List<String> repetitions = new ArrayList<>();
    private long repeated;

    Arrivals(String bootstrapServers) {
      topics = new TopicReader(bootstrapServers, "hissrv\\..*");
      List.of("hissrv.pending", "hissrv.archive1m", "hissrv.events")
          .forEach(topic -> arrived.put(topic, new BitSet()));
    }

    void poll() {
      List<TopicReader.Received> some;
      try {
        some = topics.next();
      } catch (RetriableException e) {
        // The broker has only just been started.
        return;
      }
      for (TopicReader.Received record : some) {
        BitSet numbers = arrived.get(record.topic());
        String field = FIELDS.get(record.topic());
        if (numbers == null || field == null) {
          continue;
        }
        int number = (int) record.field(field);
        if (numbers.get(number)) {
          repeated++;
          if (repetitions.size() < MAX_REPETITIONS_TOLD) {
            repetitions.add(record.topic() + " " + number);
          }
        }
        numbers.set(number);
      }
    }

    long repeated() {
      return repeated;
    }

    List<Integer> counts() {
      return arrived.values().stream().map(BitSet::cardinality).toList();
    }

    long least() {
      return Collections.min(counts());
    }

    /** Returns how many of the numbers below {@code count} have not arrived, over all topics. */
    long missing(long count) {
      return arrived.values().stream()
          .mapToLong(numbers -> count - numbers.get(0, (int) count).cardinality())
          .sum();
    }

    /** Returns the first of the numbers below {@code count} that have not arrived, by topic. */
    Map<String, List<Integer>> gaps(long count) {
      Map<String, List<Integer>> gaps = new LinkedHashMap<>();
      arrived.forEach(
          (topic, numbers) ->
              gaps.put(
                  topic,
                  IntStream.range(0, (int) count)
                      .filter(number -> !numbers.get(number))
                      .limit(MAX_GAPS_TOLD)
                      .boxed()
                      .toList()));
      return gaps;
    }

    @Override
    public void close() {
      topics.close();
    }
  }

  /** Pushes 0, 1, 2 ..., each until Redis has confirmed it. */
  private static final class Load implements AutoCloseable {
    final Thread thread = new Thread(this::run, "load");
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final AtomicLong pushed = new AtomicLong();
    private final AtomicLong arrived = new AtomicLong();
    private final int port;

    Load(int port) {
      this.port = port;
    }

    private void run() {
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        while (!stop.get()) {
          if (pushed.get() - arrived.get() > MAX_BACKLOG) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            continue;
          }
          try {
            client.eval(
                PUSH,
                List.of(),
                List.of(
                    String.valueOf(pushed.get()),
                    String.valueOf(FIRST_WINDOW),
                    String.valueOf(KEPT)));
            pushed.incrementAndGet();
            // Slow enough that a source catches up after each kill: otherwise rounds take longer
            // and longer.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(12));
          } catch (JedisException e) {
            // Redis is being killed: push the same number again, which the script takes only once.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
          }
        }
      } catch (RuntimeException e) {
        failure.set(e);
      }
    }

    /** Returns how many numbers Redis has confirmed. */
    long pushed() {
      return pushed.get();
    }

    void arrived(long count) {
      arrived.set(count);
    }

    /**
     * Stops the load and returns how many numbers Redis has taken. None of them is missing, as each
     * was confirmed before the next.
     */
    long finish() {
      close();
      await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
      assertThat(failure.get()).isNull();
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        long taken = Long.parseLong(client.get("pushed"));
        // One more if Redis took a number and the load stopped before it was confirmed.
        assertThat(taken).isBetween(pushed.get(), pushed.get() + 1);
        return taken;
      }
    }

    /** Returns how many of the elements up to that number are rejected. */
    static long toReject(long pushed) {
      return (pushed + 49) / 100;
    }

    /**
     * Waits until the last claim is released; returns how many elements are on the list of rejected
     * ones.
     */
    long awaitDrained() {
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        await("the last claim's release")
            .atMost(Duration.ofMinutes(1))
            .until(() -> client.exists("archive:pending", "archive:pending:claim") == 0);
        return client.llen("archive:pending:rejected");
      }
    }

    @Override
    public void close() {
      stop.set(true);
    }
  }
}
