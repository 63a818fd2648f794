package com.voltageems.hissrv.benchmarks;

import com.sun.management.ThreadMXBean;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.source.TransactionContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/**
 * Runs the source's task alone, without a worker, in its own JVM with the classes of the installed
 * plugin, to measure what is visible from inside only: allocation and heap. Prints {@code probe
 * name value}.
 */
public final class TaskProbe {
  private static final String TASK = "com.voltageems.hissrv.redis.source.RedisSourceTask";

  private TaskProbe() {}

  /** Runs the probe against the rig's Redis; returns the values it printed. */
  static Map<String, Double> run(SourceRig rig, String mode, List<String> args)
      throws IOException, InterruptedException {
    Path log = Files.createTempDirectory(rig.dir, "probe").resolve("probe.log");
    List<String> all = new ArrayList<>(List.of(mode, rig.server.uri()));
    all.addAll(args);
    try (ServerProcess child =
        ServerProcess.startJvm(
            "probe",
            System.getProperty("java.class.path") + pluginJars(rig.dir),
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            Map.of(),
            TaskProbe.class.getName(),
            all,
            log)) {
      Figures.await("the probe to end", () -> !child.isAlive());
    }
    Map<String, Double> values = new HashMap<>();
    for (String line : Files.readAllLines(log)) {
      String[] parts = line.split(" ", -1);
      if (parts.length == 3 && parts[0].equals("probe")) {
        values.put(parts[1], Double.valueOf(parts[2]));
      }
    }
    if (values.isEmpty()) {
      throw new IllegalStateException("the probe has failed: " + Files.readString(log));
    }
    return values;
  }

  static double value(Map<String, Double> values, String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("the probe did not print " + name);
    }
    return value;
  }

  private static String pluginJars(Path dir) throws IOException {
    StringBuilder jars = new StringBuilder();
    try (DirectoryStream<Path> plugins =
        Files.newDirectoryStream(dir.resolve("connect").resolve("plugins"), "voltageems-*")) {
      plugins.forEach(
          plugin -> jars.append(File.pathSeparator).append(plugin.resolve("lib").resolve("*")));
    }
    return jars.toString();
  }

  /** Arguments: {@code idle <uri> <hashes> <passes>} or {@code heap <uri> <hashes>}. */
  public static void main(String[] args) throws Exception {
    Map<String, String> config = new HashMap<>();
    config.put("name", "probe");
    config.put("redis.uri", args[1]);
    config.put("control.channel", "");
    config.put("sources", "live");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    // Ten times as fast as the defaults: the number of passes per discovery is the same.
    config.put("poll.interval.ms", "100");
    config.put("discovery.interval.ms", "500");
    SourceTask task =
        Class.forName(TASK).asSubclass(SourceTask.class).getConstructor().newInstance();
    task.initialize(new Context(config));
    task.start(config);
    try {
      int hashes = Integer.parseInt(args[2]);
      int records = 0;
      while (records < hashes) {
        records += poll(task);
      }
      if (args[0].equals("heap")) {
        heap(task);
      } else {
        idle(task, hashes, Integer.parseInt(args[3]));
      }
    } finally {
      task.stop();
    }
  }

  private static int poll(SourceTask task) throws InterruptedException {
    List<SourceRecord> records = task.poll();
    return records == null ? 0 : records.size();
  }

  private static void heap(SourceTask task) throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      poll(task);
    }
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    print("heap_mb", (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20));
  }

  /**
   * Measures allocation per pass. A poll lasts as long as the interval, so each contains one pass.
   */
  private static void idle(SourceTask task, int hashes, int passes)
      throws InterruptedException, JMException {
    for (int i = 0; i < passes; i++) {
      poll(task);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    long unchangedBefore = unchanged();
    long before = threads.getThreadAllocatedBytes(self);
    long records = 0;
    for (int i = 0; i < passes; i++) {
      records += poll(task);
    }
    long allocated = threads.getThreadAllocatedBytes(self) - before;
    double done = (unchanged() - unchangedBefore) / (double) hashes;
    print("bytes_per_pass", allocated / done);
    print("records", (double) records);
  }

  /**
   * Returns the number of hashes that were read and had not changed; passes are counted by them.
   */
  private static long unchanged() throws JMException {
    return (Long)
        ManagementFactory.getPlatformMBeanServer()
            .getAttribute(
                new ObjectName(
                    "com.voltageems.hissrv:type=redis-source,connector=probe,task=0,"
                        + "source=live"),
                "unchanged-skipped");
  }

  private static void print(String name, double value) {
    System.out.printf(Locale.ROOT, "probe %s %.3f%n", name, value);
  }

  /** Context without stored offsets, transactions and metrics. */
  private record Context(Map<String, String> config) implements SourceTaskContext {
    @Override
    public Map<String, String> configs() {
      return config;
    }

    @Override
    public OffsetStorageReader offsetStorageReader() {
      return new NoOffsets();
    }

    @Override
    // Connect's interface is not annotated; it uses null for "none".
    @SuppressWarnings("NullAway")
    public @Nullable TransactionContext transactionContext() {
      return null;
    }

    @Override
    @SuppressWarnings("NullAway")
    public @Nullable PluginMetrics pluginMetrics() {
      return null;
    }
  }

  private static final class NoOffsets implements OffsetStorageReader {
    @Override
    @SuppressWarnings("NullAway")
    public <T> @Nullable Map<String, Object> offset(Map<String, T> partition) {
      return null;
    }

    @Override
    public <T> Map<Map<String, T>, Map<String, Object>> offsets(
        Collection<Map<String, T>> partitions) {
      return Map.of();
    }
  }
}
