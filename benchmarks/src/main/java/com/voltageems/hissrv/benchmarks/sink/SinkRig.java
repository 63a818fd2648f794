package com.voltageems.hissrv.benchmarks.sink;

import com.voltageems.hissrv.benchmarks.CeilingPlugin;
import com.voltageems.hissrv.benchmarks.DiscardSinkConnector;
import com.voltageems.hissrv.benchmarks.Figures;
import com.voltageems.hissrv.benchmarks.WorkerMetrics;
import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker and a worker with the sink; measures single rounds. */
final class SinkRig {
  private static final int PARTITIONS = 4;

  /** Share of the lines that is not counted: starting a task is not measured. */
  private static final double WARM = 0.1;

  private final KafkaBroker broker;
  private final ConnectWorker worker;
  private final WorkerMetrics metrics;
  private int rounds;

  private SinkRig(KafkaBroker broker, ConnectWorker worker, WorkerMetrics metrics) {
    this.broker = broker;
    this.worker = worker;
    this.metrics = metrics;
  }

  static SinkRig start(Path dir, Closer closer) throws IOException {
    KafkaBroker broker = closer.add(KafkaBroker.start(dir.resolve("kafka")));
    WorkerMetrics.Endpoint endpoint = WorkerMetrics.Endpoint.free();
    List<String> jvmArgs = new ArrayList<>(endpoint.jvmArgs());
    jvmArgs.addAll(List.of("-Xms256m", "-Xmx1g"));
    ConnectWorker worker =
        closer.add(
            ConnectWorker.start(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                List.of(Installation.find().sinkArchive(), CeilingPlugin.sink(dir)),
                Map.of("consumer.max.poll.records", "2000"),
                ConnectWorker.Version.CURRENT,
                jvmArgs));
    return new SinkRig(broker, worker, closer.add(WorkerMetrics.connect(endpoint)));
  }

  /**
   * Creates a topic and fills it with records.
   *
   * @param records number of items; {@code record} is called for every {@code step}-th of them
   */
  void fill(String topic, int records, int step, IntFunction<String> record)
      throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    }
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(), "linger.ms", 20, "batch.size", 131072);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < records; i += step) {
        sent.add(producer.send(new ProducerRecord<>(topic, "key" + i, record.apply(i))));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  /**
   * The result of a round.
   *
   * @param linesPerSecond after the start phase
   * @param workerMicros CPU time of the worker per line, after the start phase
   * @param databaseMicros CPU time of the database per line, including its work after the
   *     acknowledgements
   */
  record Round(double linesPerSecond, double workerMicros, double databaseMicros) {}

  /** Runs the sink until the database's last acknowledgement; the first tenth does not count. */
  Round sink(SinkTarget target, SinkForm form, Map<String, String> reading, int writers)
      throws InterruptedException {
    target.empty(form.name());
    Map<String, String> config = connector("com.voltageems.hissrv.influx.sink.InfluxSinkConnector");
    config.putAll(target.settings());
    config.putAll(reading);
    config.put("write.workers", Integer.toString(writers));
    config.put("validate.connection", "false");
    String name = "sink-" + ++rounds;
    worker.submit(name, config);
    LongSupplier done = () -> metrics.linesWritten(name, 1);
    long from = begun(done, form.lines());
    Duration worked = worker.process().cpuTime();
    Duration stored = target.server.process().cpuTime();
    double rate = rate(done, from, form.lines());
    double lines = form.lines() - from;
    worked = worker.process().cpuTime().minus(worked);
    delete(name);
    target.settle(form.name(), form.lines());
    stored = target.server.process().cpuTime().minus(stored);
    return new Round(rate, worked.toNanos() / 1e3 / lines, stored.toNanos() / 1e3 / lines);
  }

  /**
   * Runs a worker that reads and converts the topic and drops the records; returns the records per
   * second.
   */
  double discard(SinkForm form) throws InterruptedException {
    Map<String, String> config = connector(DiscardSinkConnector.class.getName());
    config.putAll(form.json());
    String name = "discard-" + ++rounds;
    worker.submit(name, config);
    LongSupplier done = () -> metrics.recordsPut(name, 1);
    double rate = rate(done, begun(done, form.lines()), form.lines());
    delete(name);
    return rate;
  }

  /** Returns the heap in use at full speed, less that of the idle worker, in megabytes. */
  double heap(SinkTarget target, SinkForm form) throws InterruptedException {
    target.empty(form.name());
    double idle = metrics.heapInUse();
    Map<String, String> config = connector("com.voltageems.hissrv.influx.sink.InfluxSinkConnector");
    config.putAll(target.settings());
    config.putAll(form.json());
    config.put("validate.connection", "false");
    String name = "heap-" + ++rounds;
    worker.submit(name, config);
    double most = 0;
    for (double part : new double[] {0.2, 0.4, 0.6, 0.8}) {
      Figures.await(
          "the sink to be under way", () -> metrics.linesWritten(name, 1) >= part * form.lines());
      most = Math.max(most, metrics.heapInUse() - idle);
    }
    delete(name);
    target.settle(form.name(), 1);
    return most / 1e6;
  }

  /** Posts bare requests with several threads; returns the lines per second. */
  static double bare(SinkTarget target, SinkForm form, List<byte[]> requests, int threads)
      throws InterruptedException, ExecutionException {
    target.empty(form.name());
    AtomicInteger next = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      target.post(requests.get(0)); // creates the table
      long start = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  for (int at = next.getAndIncrement();
                      at < requests.size();
                      at = next.getAndIncrement()) {
                    target.post(requests.get(at));
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      target.settle(form.name(), form.lines());
      return form.lines() / seconds;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Map<String, String> connector(String type) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", type);
    config.put("tasks.max", "1");
    config.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    return config;
  }

  /** Waits until the start phase is over; returns how much is done by then. */
  private static long begun(LongSupplier done, int all) throws InterruptedException {
    Figures.await("the first tenth", () -> done.getAsLong() >= all * WARM);
    return done.getAsLong();
  }

  private static double rate(LongSupplier done, long from, int all) throws InterruptedException {
    long start = System.nanoTime();
    Figures.await("all of it", () -> done.getAsLong() >= all);
    return (done.getAsLong() - from) / ((System.nanoTime() - start) / 1e9);
  }

  private void delete(String name) throws InterruptedException {
    worker.delete(name);
    Figures.await(name + " to be gone", () -> worker.status(name).path("tasks").isMissingNode());
  }
}
