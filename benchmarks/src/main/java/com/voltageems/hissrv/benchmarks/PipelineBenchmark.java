package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures closed windows that wait in Redis and pass through the source, Kafka and the sink into
 * QuestDB: 100 channels of 50 points in each window; cold, and warm compared with the parts. Warm,
 * the source first brings a set of windows into the topic while the sink is paused, then the sink
 * brings them into the database; the next set passes through both at once. Loading Redis is not
 * measured.
 */
public final class PipelineBenchmark {
  private static final int ROUNDS = 3;

  private final HistorySystem system;
  private final PipelineLoad load;
  private long rows;

  private PipelineBenchmark(HistorySystem system, PipelineLoad load) {
    this.system = system;
    this.load = load;
  }

  public static void main(String[] args) throws InterruptedException {
    int windows = args.length > 0 && args[0].equals("--short") ? 40 : 200;
    Figures.say(
        "pipeline: %d windows of %d channels of %d points, Redis to QuestDB",
        windows, PipelineLoad.CHANNELS, PipelineLoad.FIELDS);
    try (TemporaryFolder folder = TemporaryFolder.create();
        HistorySystem system =
            new HistorySystem(Installation.find(), folder.path(), Ports.free(), false, line -> {});
        PipelineLoad load = new PipelineLoad(system)) {
      new PipelineBenchmark(system, load).measure(windows);
      Figures.print("source.list_elements_per_s", load.list(windows * 1000), "elements/s");
    }
  }

  private void measure(int windows) throws InterruptedException {
    load.prepare(windows);
    system.worker().submit(HistorySystem.SINK, system.sinkConfig());
    system.worker().submit(HistorySystem.SOURCE, load.archiveSource());
    Figures.await("the connectors to run", this::runs);
    cold(windows);
    double[] vsParts = new double[ROUNDS];
    double[] source = new double[ROUNDS];
    double[] sink = new double[ROUNDS];
    double[] whole = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      source[round] = sourceAlone(windows);
      sink[round] = sinkAlone();
      whole[round] = through(windows);
      vsParts[round] = whole[round] * (1 / source[round] + 1 / sink[round]);
    }
    int fields = PipelineLoad.FIELDS;
    Figures.print("pipeline.warm_points_per_s", Figures.median(whole) * fields, "points/s");
    Figures.print("pipeline.source_points_per_s", Figures.median(source) * fields, "points/s");
    Figures.print("pipeline.sink_points_per_s", Figures.median(sink) * fields, "points/s");
    Figures.print("pipeline.vs_parts", Figures.median(vsParts), "ratio");
    // More than 0 if requests were repeated; reading merges the rows.
    Figures.print(
        "pipeline.repeated_rows", (double) (system.questDb().rows("telemetry") - rows), "rows");
  }

  /** Measures the first windows through a system that has written nothing before. */
  private void cold(int windows) throws InterruptedException {
    Map<String, Duration> before = cpu();
    double perSecond = released(windows);
    long records = (long) windows * PipelineLoad.CHANNELS;
    Figures.print("pipeline.points_per_s", perSecond * PipelineLoad.FIELDS, "points/s");
    Figures.print("pipeline.records_per_s", perSecond, "records/s");
    Figures.print("pipeline.seconds", records / perSecond, "s");
    cpu()
        .forEach(
            (part, after) ->
                Figures.print(
                    "pipeline.cpu." + part,
                    after.minus(before.getOrDefault(part, Duration.ZERO)).toMillis() / 1000.0,
                    "s"));
  }

  /** Returns the records per second through both connectors. */
  private double through(int windows) throws InterruptedException {
    load.prepare(windows);
    return released(windows);
  }

  private double released(int windows) throws InterruptedException {
    rows += (long) windows * PipelineLoad.CHANNELS;
    long start = System.nanoTime();
    load.release();
    awaitRows();
    return perSecond(start, windows);
  }

  /** Returns the records per second from Redis into the topic. */
  private double sourceAlone(int windows) throws InterruptedException {
    load.prepare(windows);
    set(HistorySystem.SINK, "pause", "PAUSED");
    long records = (long) windows * PipelineLoad.CHANNELS;
    rows += records;
    load.startCounting();
    long start = System.nanoTime();
    load.release();
    Figures.await("every record in the topic", () -> load.counted() >= records);
    return perSecond(start, windows);
  }

  /**
   * Returns the records per second from the topic into the database, for the records that are
   * already there.
   */
  private double sinkAlone() throws InterruptedException {
    long missing = rows - stored();
    set(HistorySystem.SOURCE, "pause", "PAUSED");
    long start = System.nanoTime();
    system.worker().send("PUT", "/connectors/" + HistorySystem.SINK + "/resume", null);
    awaitRows();
    double seconds = (System.nanoTime() - start) / 1e9;
    set(HistorySystem.SOURCE, "resume", "RUNNING");
    return missing / seconds;
  }

  private static double perSecond(long start, int windows) {
    return windows * PipelineLoad.CHANNELS / ((System.nanoTime() - start) / 1e9);
  }

  private long stored() {
    return system.questDb().distinctRows("telemetry", "channel");
  }

  private void awaitRows() throws InterruptedException {
    Figures.await("every row to be in the database", () -> stored() == rows);
  }

  private void set(String connector, String call, String state) throws InterruptedException {
    system.worker().send("PUT", "/connectors/" + connector + "/" + call, null);
    Figures.await(
        connector + " to be " + state,
        () ->
            state.equals(
                system.worker().status(connector).path("tasks").path(0).path("state").asText()));
  }

  private boolean runs() {
    return system.worker().isRunning(HistorySystem.SOURCE, 1)
        && system.worker().isRunning(HistorySystem.SINK, 1);
  }

  private Map<String, Duration> cpu() {
    Map<String, Duration> times = new LinkedHashMap<>();
    for (Map.Entry<String, ServerProcess> entry : system.processes().entrySet()) {
      times.put(entry.getKey(), entry.getValue().cpuTime());
    }
    return times;
  }
}
