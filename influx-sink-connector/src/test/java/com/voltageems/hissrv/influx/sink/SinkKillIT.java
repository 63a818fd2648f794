package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.FaultyProxy;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three workers under load, while everything around them fails at random moments: a worker, the
 * broker and the database are killed, connections are cut and stalled, the database's disk is full,
 * tasks are rebalanced. Every point must be there with its last value; the committed offset is
 * never ahead of the database; an outage turns no record into a dead letter.
 *
 * <p>In each partition, record {@code n} has the offset {@code n}; four records in a row write the
 * same point, each with a larger value.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class SinkKillIT {
  private static final int ROUNDS = Integer.getInteger("hissrv.kill.rounds", 1);
  private static final int PARTITIONS = 6;
  private static final int REPEATS = 4;
  private static final long T = 1_790_000_000_000L;
  private static final String TOPIC = "kill";
  private static final String SINK = "kill-sink";
  private static final Duration LONG = Duration.ofMinutes(3);

  /** Longer than the workers' sessions. */
  private static final Duration FROZEN = Duration.ofSeconds(9);

  @TempDir private Path dir;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<ConnectWorker> workers = new ArrayList<>();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private <P extends AutoCloseable> P part(P part) {
    parts.add(0, part);
    return part;
  }

  @Test
  @RequiresServer(RequiresServer.Server.INFLUXDB_1)
  void influxDb1_everythingFails_everyPointIsThereWithItsLastValue() throws Exception {
    everythingFails(() -> KillTarget.influxDb1(dir.resolve("influxdb")));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXD2", matches = ".+")
  void influxDb2_everythingFails_everyPointIsThereWithItsLastValue() throws Exception {
    everythingFails(() -> KillTarget.influxDb2(dir.resolve("influxdb2")));
  }

  @Test
  void questDb_everythingFails_everyPointIsThereWithItsLastValue() throws Exception {
    everythingFails(() -> KillTarget.questDb(dir.resolve("questdb")));
  }

  private void everythingFails(Supplier<KillTarget> start) throws Exception {
    try {
      KafkaBroker broker = part(KafkaBroker.start(dir.resolve("kafka")));
      KillTarget database = part(start.get());
      FaultyProxy proxy = part(new FaultyProxy(database.port()));
      Admin admin = part(Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers())));
      admin
          .createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
      startWorkers(broker);
      submit(database, proxy, 3);
      await().atMost(LONG).until(() -> worker().isRunning(SINK, 3));
      Traffic traffic = part(new Traffic(broker));
      Watch watch = part(new Watch(admin, database));
      for (int round = 0; round < ROUNDS; round++) {
        failures(broker, database, proxy);
        // The next round's failures cause a rebalance, which would hide a task that is stuck.
        long[] soFar = traffic.soFar();
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(500))
            .untilAsserted(() -> assertThat(behind(committed(admin), soFar)).isEmpty());
      }
      long[] sent = traffic.end();
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> assertThat(committed(admin)).isEqualTo(offsets(sent)));
      watch.end();
      assertThat(watch.failure()).as("seed %d", seed).isNull();
      assertThat(watch.looks()).as("offsets were looked at").isGreaterThan(10);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        int series = partition;
        // QuestDB shows acknowledged rows a little later.
        await()
            .atMost(LONG)
            .untilAsserted(
                () ->
                    assertThat(values(database, series, 0))
                        .as("partition %d, seed %d", series, seed)
                        .isEqualTo(expected(sent[series])));
      }
      assertThat(deadLetters(admin)).as("dead letters, seed %d", seed).isZero();
      await().atMost(LONG).until(() -> worker().isRunning(SINK, 1));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("seed " + seed + ": " + standstill(), e);
    } finally {
      for (AutoCloseable part : parts) {
        part.close();
      }
    }
  }

  /**
   * Describes a standstill, so that somebody can find its cause: states, and the logs with all
   * threads.
   */
  private String standstill() throws Exception {
    for (ConnectWorker worker : workers) {
      Process quit =
          new ProcessBuilder("kill", "-QUIT", Long.toString(worker.process().pid())).start();
      assertThat(quit.waitFor(10, TimeUnit.SECONDS)).isTrue();
      Path log = worker.process().log();
      await().atMost(LONG).until(() -> Files.readString(log).contains("Full thread dump"));
      Files.copy(
          log,
          Path.of("target", "kill-" + workers.indexOf(worker) + ".log"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return worker().status(SINK) + "; the workers' logs are target/kill-*.log";
  }

  /** Returns a worker that is alive; any of them may have been killed. */
  private ConnectWorker worker() {
    return workers.stream().filter(worker -> worker.process().isAlive()).findFirst().orElseThrow();
  }

  private void startWorkers(KafkaBroker broker) {
    for (int i = 0; i < 3; i++) {
      workers.add(
          part(
              ConnectWorker.prepare(
                  dir.resolve("connect-" + i),
                  broker.bootstrapServers(),
                  List.of(Path.of("target/voltageems-influx-sink-connector-0.1.0-SNAPSHOT.zip")),
                  Map.of("consumer.session.timeout.ms", "6000"))));
    }
    workers.forEach(ConnectWorker::awaitReady);
  }

  private void submit(KillTarget database, FaultyProxy proxy, int tasks) {
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", InfluxSinkConnector.class.getName());
    config.put("topics", TOPIC);
    config.put("tasks.max", Integer.toString(tasks));
    config.putAll(database.settings());
    config.put("influxdb.url", proxy.url());
    config.put("validate.connection", "false");
    config.put("write.workers", "2");
    config.put("write.timeout.ms", "2000");
    config.put("linger.ms", "20");
    config.put("retry.backoff.max.ms", "1000");
    config.put("errors.tolerance", "all");
    config.put("errors.deadletterqueue.topic.name", "kill-dead");
    config.put("errors.deadletterqueue.topic.replication.factor", "-1");
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () -> {
              worker().submit(SINK, config);
              return true;
            });
  }

  /**
   * A failure that lasts for a while.
   *
   * @param of the part that fails, which can have only one failure at a time
   */
  private record Failure(String of, Runnable begin, Runnable end) {
    static final Failure NONE = new Failure("nothing", () -> {}, () -> {});

    /**
     * Returns whether two failures can happen together: without a broker, no worker accepts a
     * request.
     */
    boolean goesWith(Failure other) {
      Set<String> both = new HashSet<>(List.of(of, other.of));
      return both.size() == 2 && !both.equals(Set.of("broker", "connector"));
    }
  }

  /** Causes each kind of failure once, two at a time, in random order. */
  private void failures(KafkaBroker broker, KillTarget database, FaultyProxy proxy)
      throws Exception {
    List<Failure> failures = new ArrayList<>();
    ConnectWorker victim = workers.get(random.nextInt(3));
    failures.add(new Failure("worker", victim::kill, victim::relaunch));
    ConnectWorker frozen = workers.get(random.nextInt(3));
    failures.add(new Failure("worker", () -> freeze(frozen), () -> {}));
    failures.add(new Failure("broker", broker::kill, broker::restart));
    failures.add(new Failure("database", database.server()::kill, database.server()::restart));
    failures.add(new Failure("connection", proxy::cut, () -> {}));
    failures.add(new Failure("connection", () -> proxy.stall(true), () -> proxy.stall(false)));
    failures.add(
        new Failure("database", () -> fillDisk(database), () -> giveRoom(database, proxy)));
    failures.add(
        new Failure("connector", () -> submit(database, proxy, 1 + random.nextInt(3)), () -> {}));
    failures.add(new Failure("connector", () -> ask("PUT", "pause"), () -> ask("PUT", "resume")));
    failures.add(new Failure("connector", () -> ask("PUT", "stop"), () -> ask("PUT", "resume")));
    failures.add(new Failure("connector", () -> ask("POST", "tasks/0/restart"), () -> {}));
    Collections.shuffle(failures, random);
    while (!failures.isEmpty()) {
      Failure one = failures.remove(0);
      Failure other =
          failures.stream().filter(each -> each.goesWith(one)).findFirst().orElse(Failure.NONE);
      failures.remove(other);
      List<Runnable> ends = new ArrayList<>(List.of(one.end(), other.end()));
      Collections.shuffle(ends, random);
      for (Runnable step : List.of(one.begin(), other.begin(), ends.get(0), ends.get(1))) {
        breathe();
        step.run();
      }
    }
    for (ConnectWorker worker : workers) {
      worker.awaitReady();
    }
  }

  /**
   * Lets a worker stand still until its group has given its partitions to another one, and then go
   * on as if nothing had happened: what it still had to write must not come over newer values.
   */
  private static void freeze(ConnectWorker worker) {
    worker.process().suspend();
    try {
      long end = System.nanoTime() + FROZEN.toNanos();
      await().atMost(LONG).until(() -> System.nanoTime() - end > 0);
    } finally {
      worker.process().resume();
    }
  }

  /**
   * Sends a request about the connector until a worker accepts it: during a rebalance, or while the
   * broker is away, none does.
   */
  private void ask(String method, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    boolean mayFail = !what.equals("resume");
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () ->
                worker().send(method, "/connectors/" + SINK + "/" + what, null).status() < 300
                    || (mayFail && System.nanoTime() - end > 0));
  }

  /** Lets some real time pass: a manual clock would not affect the servers. */
  private void breathe() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(1_000));
    await().pollDelay(Duration.ZERO).until(() -> System.nanoTime() - end > 0);
  }

  /**
   * Lets no file of the database grow beyond 1000 bytes, as if the disk were full, until the
   * database is restarted.
   */
  private static void fillDisk(KillTarget database) {
    try {
      Process limit =
          new ProcessBuilder(
                  "prlimit",
                  "--pid",
                  Long.toString(database.server().process().pid()),
                  "--fsize=1000:1000")
              .redirectErrorStream(true)
              .start();
      assertThat(limit.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(limit.exitValue()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void giveRoom(KillTarget database, FaultyProxy proxy) {
    // A database may consider a log that could not grow broken until it is restarted. InfluxDB has
    // to be restarted twice before anybody writes (README): the first time, it cuts off the
    // half-written entry but continues behind the hole, and loses all of that at its next start.
    proxy.away(true);
    for (int start = 0; start < 2; start++) {
      database.server().kill();
      database.server().restart();
    }
    proxy.away(false);
  }

  private static Map<Integer, Long> offsets(long[] sent) {
    Map<Integer, Long> offsets = new TreeMap<>();
    for (int i = 0; i < sent.length; i++) {
      offsets.put(i, sent[i]);
    }
    return offsets;
  }

  /** Returns the partitions whose committed offset is lower than this, with that offset. */
  private static Map<Integer, Long> behind(Map<Integer, Long> committed, long[] offsets) {
    Map<Integer, Long> behind = offsets(offsets);
    behind.replaceAll((partition, offset) -> committed.getOrDefault(partition, 0L));
    behind.entrySet().removeIf(entry -> entry.getValue() >= offsets[entry.getKey()]);
    return behind;
  }

  private static Map<Integer, Long> committed(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<Integer, Long> committed = new TreeMap<>();
    Map<TopicPartition, OffsetAndMetadata> all =
        admin
            .listConsumerGroupOffsets("connect-" + SINK)
            .partitionsToOffsetAndMetadata()
            .get(5, TimeUnit.SECONDS);
    all.forEach(
        (partition, offset) -> {
          if (offset != null) {
            committed.put(partition.partition(), offset.offset());
          }
        });
    return committed;
  }

  private static long deadLetters(Admin admin) throws Exception {
    if (!admin.listTopics().names().get(10, TimeUnit.SECONDS).contains("kill-dead")) {
      return 0;
    }
    return admin
        .listOffsets(
            Map.of(
                new TopicPartition("kill-dead", 0),
                org.apache.kafka.clients.admin.OffsetSpec.latest()))
        .all()
        .get(10, TimeUnit.SECONDS)
        .values()
        .stream()
        .mapToLong(info -> info.offset())
        .sum();
  }

  /** Returns the value of each point of a partition, beginning with a given point. */
  private static Map<Long, Long> values(KillTarget database, int partition, long from) {
    Map<Long, Long> values = new HashMap<>();
    database.values(partition, T + from).forEach((millis, value) -> values.put(millis - T, value));
    return values;
  }

  private static Map<Long, Long> expected(long sent) {
    Map<Long, Long> expected = new HashMap<>();
    for (long n = 0; n < sent; n++) {
      expected.put(n / REPEATS, n);
    }
    return expected;
  }

  /** Sends to the partitions in turn, one record after the other. */
  private static final class Traffic implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final AtomicLongArray sent = new AtomicLongArray(PARTITIONS);
    private final Thread thread = new Thread(this::run, "traffic");
    private volatile boolean stopping;
    private volatile @Nullable Exception failure;

    Traffic(KafkaBroker broker) {
      producer =
          new KafkaProducer<>(
              Map.of(
                  "bootstrap.servers", broker.bootstrapServers(),
                  "acks", "all",
                  "delivery.timeout.ms", "600000",
                  "linger.ms", "5"),
              new StringSerializer(),
              new StringSerializer());
      thread.start();
    }

    private void run() {
      while (!stopping) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          long n = sent.getAndIncrement(partition);
          Future<RecordMetadata> unused =
              producer.send(
                  new ProducerRecord<>(TOPIC, partition, "p" + partition, value(partition, n)),
                  (metadata, e) -> {
                    if (e != null || metadata.offset() != n) {
                      failure = new IllegalStateException("offset " + metadata + " is not " + n, e);
                    }
                  });
        }
        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      producer.flush();
    }

    private static String value(int partition, long n) {
      return "{\"measurement\":\"killed\",\"tags\":{\"p\":\"%d\"},\"fields\":{\"v\":%d},\"timestamp\":%d}"
          .formatted(partition, n, T + n / REPEATS);
    }

    /** Stops sending; returns how many records each partition got. */
    long[] end() throws InterruptedException {
      stopping = true;
      thread.join(TimeUnit.MINUTES.toMillis(5));
      assertThat(thread.isAlive()).isFalse();
      assertThat(failure).isNull();
      return soFar();
    }

    /** Returns how many records each partition got so far; the last ones may be on their way. */
    long[] soFar() {
      long[] soFar = new long[PARTITIONS];
      Arrays.setAll(soFar, sent::get);
      return soFar;
    }

    @Override
    public void close() {
      stopping = true;
      producer.close(Duration.ofSeconds(1));
    }
  }

  /** Checks continuously that everything committed is in the database. */
  private static final class Watch implements AutoCloseable {
    private static final long WINDOW = 400;

    private final Admin admin;
    private final KillTarget database;
    private int missed;
    private final AtomicInteger looks = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "watch");
    private volatile boolean stopping;
    private volatile @Nullable String failure;

    Watch(Admin admin, KillTarget database) {
      this.admin = admin;
      this.database = database;
      thread.start();
    }

    private void run() {
      while (!stopping && failure == null) {
        try {
          // Reads the committed offsets first, then the database, which must have at least as much.
          committed(admin).forEach(this::look);
        } catch (UncheckedIOException | IllegalStateException e) {
          missed++; // the database is away
        } catch (ExecutionException | TimeoutException e) {
          missed++; // the broker is away
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private void look(int partition, long offset) {
      if (offset == 0) {
        return;
      }
      long last = (offset - 1) / REPEATS;
      long from = Math.max(0, last - WINDOW);
      long end = System.nanoTime() + database.shownWithin().toNanos();
      String missing = missing(partition, offset, from, last);
      while (missing != null && System.nanoTime() - end < 0) {
        missing = missing(partition, offset, from, last);
      }
      if (missing != null) {
        failure = "%s (%d looks missed)".formatted(missing, missed);
      }
      looks.incrementAndGet();
    }

    private @Nullable String missing(int partition, long offset, long from, long last) {
      Map<Long, Long> values = values(database, partition, from);
      for (long point = from; point <= last; point++) {
        long least = Math.min(offset - 1, point * REPEATS + REPEATS - 1);
        Long value = values.get(point);
        if (value == null || value < least) {
          return "partition %d is committed up to %d, but point %d is %s"
              .formatted(partition, offset, point, value);
        }
      }
      return null;
    }

    @Nullable String failure() {
      return failure;
    }

    int looks() {
      return looks.get();
    }

    void end() throws InterruptedException {
      close();
      thread.join(TimeUnit.SECONDS.toMillis(60));
    }

    @Override
    public void close() {
      stopping = true;
    }
  }
}
