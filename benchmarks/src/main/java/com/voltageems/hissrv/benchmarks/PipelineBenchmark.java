package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/**
 * Closed windows that wait in Redis, through the source, Kafka and the sink into QuestDB: 100
 * channels of 50 points a window. The clock runs from the moment the index appears until the
 * database counts every row; loading Redis is not measured.
 */
public final class PipelineBenchmark {
  private static final int CHANNELS = 100;
  private static final int FIELDS = 50;
  private static final long FIRST_WINDOW = 1_704_067_200L;

  private PipelineBenchmark() {}

  public static void main(String[] args) throws InterruptedException {
    int windows = args.length > 0 && args[0].equals("--short") ? 40 : 200;
    long rows = (long) windows * CHANNELS;
    Figures.say(
        "pipeline: %d windows of %d channels of %d points, Redis to QuestDB",
        windows, CHANNELS, FIELDS);
    try (TemporaryFolder folder = TemporaryFolder.create();
        HistorySystem system =
            new HistorySystem(
                Installation.find(), folder.path(), Ports.free(), false, line -> {})) {
      load(system, windows);
      Map<String, String> source = system.sourceConfig(List.of("1m"));
      source.put("sources", "archive1m");
      source.put("aggregation.enabled", "false");
      source
          .keySet()
          .removeIf(key -> key.startsWith("sources.live.") || key.startsWith("sources.pending."));
      system.worker().submit(HistorySystem.SINK, system.sinkConfig());
      system.worker().submit(HistorySystem.SOURCE, source);
      Figures.await("the connectors to run", () -> runs(system));

      Map<String, Duration> cpuBefore = cpu(system);
      long start = System.nanoTime();
      try (RedisClient redis = RedisClient.create(system.redis().uri())) {
        redis.rename("archive:index:prepared", "archive:index:1m");
      }
      Figures.await(
          "every row to be in the database",
          () -> system.database().distinctRows("telemetry", "channel") == rows);
      double seconds = (System.nanoTime() - start) / 1e9;

      Figures.print("pipeline.points_per_s", rows * FIELDS / seconds, "points/s");
      Figures.print("pipeline.records_per_s", rows / seconds, "records/s");
      Figures.print("pipeline.seconds", seconds, "s");
      cpu(system)
          .forEach(
              (part, after) ->
                  Figures.print(
                      "pipeline.cpu." + part,
                      after.minus(cpuBefore.getOrDefault(part, Duration.ZERO)).toMillis() / 1000.0,
                      "s"));
      // More than 0: requests that were repeated, which reading merges.
      Figures.print(
          "pipeline.repeated_rows", (double) (system.database().rows("telemetry") - rows), "rows");
    }
  }

  private static boolean runs(HistorySystem system) {
    return system.worker().isRunning(HistorySystem.SOURCE, 1)
        && system.worker().isRunning(HistorySystem.SINK, 1);
  }

  /** Hashes as the aggregation script leaves them, with their index under another name. */
  private static void load(HistorySystem system, int windows) {
    try (RedisClient redis = RedisClient.create(system.redis().uri())) {
      long sequence = 0;
      for (int window = 0; window < windows; window++) {
        long start = FIRST_WINDOW + 60L * window;
        try (AbstractPipeline pipeline = redis.pipelined()) {
          for (int channel = 1001; channel < 1001 + CHANNELS; channel++) {
            String key = "archive:1m:" + start + ":" + channel;
            Map<String, String> hash = new HashMap<>();
            for (int field = 1; field <= FIELDS; field++) {
              hash.put(
                  field + "_avg",
                  String.format(Locale.ROOT, "%.6f", 220 + field + Math.sin(window + channel)));
            }
            hash.put("timestamp", String.valueOf(start));
            pipeline.hset(key, hash);
            pipeline.zadd("archive:index:prepared", (double) ++sequence, key);
          }
          pipeline.sync();
        }
      }
    }
  }

  private static Map<String, Duration> cpu(HistorySystem system) {
    Map<String, Duration> times = new LinkedHashMap<>();
    for (Map.Entry<String, ServerProcess> entry : system.processes().entrySet()) {
      times.put(entry.getKey(), entry.getValue().cpuTime());
    }
    return times;
  }
}
