package com.voltageems.hissrv.lua;

import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * What the script costs Redis at 1,000 channels of 50 points: prints {@code name value unit}, one a
 * line. Blocking is Redis's own figure (SLOWLOG), CPU its own (INFO cpu), memory as MEMORY USAGE
 * counts it. {@code --short} takes fewer samples.
 *
 * <p>{@code lua.max_block_ms} is the longest call of the best of several cycles of five minutes:
 * wall time has the interruptions of a busy machine in it, and those are not the script's. {@code
 * lua.max_block_worst_ms} has them all, {@code lua.max_block_cpu_ms}, the CPU time of the most
 * costly call, none.
 */
public final class LuaBenchmark {
  private static final int CHANNELS = 1_000;
  private static final int POINTS = 50;
  private static final long T0 = 1_704_067_200;

  private final Jedis redis;
  private final Script script;
  private final int seconds;
  private final List<Double> collectCpu = new ArrayList<>();
  private final List<Double> closeCpu = new ArrayList<>();
  private final List<Double> longestCall = new ArrayList<>();
  private final List<Double> calls = new ArrayList<>();
  private double longestCpuMs;

  private LuaBenchmark(Jedis redis, int seconds) {
    this.redis = redis;
    this.script = new Script(redis);
    this.seconds = seconds;
  }

  /** Runs on a Redis of its own, which it ends. */
  public static void main(String[] args) throws IOException {
    boolean isShort = Arrays.asList(args).contains("--short");
    Path dir = Files.createTempDirectory("hissrv-lua-benchmark");
    try (RedisServer server = RedisServer.start(dir);
        Jedis redis = OneConnection.to(server.port(), 30_000)) {
      new LuaBenchmark(redis, isShort ? 6 : 12).run(isShort ? 2 : 5);
    } finally {
      delete(dir);
    }
  }

  private void run(int cycles) {
    write(T0 - 1);
    script.run("collect", T0 - 1);
    for (int cycle = 0; cycle < cycles; cycle++) {
      cycle(T0 + 300L * cycle);
    }
    print("lua.max_block_ms", Collections.min(longestCall), "ms");
    print("lua.max_block_worst_ms", Collections.max(longestCall), "ms");
    print("lua.max_block_cpu_ms", longestCpuMs, "ms");
    print("lua.block_p99_ms", quantile(calls, 0.99), "ms");
    print("lua.collect_core_share", median(collectCpu), "ratio");
    print("lua.collect_core_share_worst", Collections.max(collectCpu), "ratio");
    print("lua.close_core_share", median(closeCpu) / 60, "ratio");
    print("lua.bytes_per_point", bytesPerPoint(), "bytes");
  }

  /** Five minutes with some seconds of collecting in each; everything that is over is closed. */
  private void cycle(long start) {
    double longest = 0;
    for (int minute = 0; minute < 5; minute++) {
      long begin = start + 60L * minute;
      for (int second = 0; second < seconds; second++) {
        write(begin + second);
        resetSlowlog();
        if (second % 2 == 0) {
          double before = cpuSeconds();
          script.run("collect", begin + second);
          collectCpu.add(cpuSeconds() - before);
        } else {
          measureEachCall("collect", begin + second);
        }
        longest = Math.max(longest, longestCallMs());
      }
      resetSlowlog();
      if (minute % 2 == 0) {
        double before = cpuSeconds();
        script.run("aggregate_1m", begin + 60);
        closeCpu.add(cpuSeconds() - before);
      } else {
        measureEachCall("aggregate_1m", begin + 60);
      }
      longest = Math.max(longest, longestCallMs());
    }
    resetSlowlog();
    measureEachCall("aggregate_5m", start + 300);
    longestCall.add(Math.max(longest, longestCallMs()));
  }

  private void measureEachCall(String action, long time) {
    long left = 1;
    while (left > 0) {
      double before = cpuSeconds();
      left = script.call(action, String.valueOf(time));
      longestCpuMs = Math.max(longestCpuMs, 1e3 * (cpuSeconds() - before));
    }
  }

  private void write(long time) {
    redis.configSet("slowlog-log-slower-than", "-1");
    try (Pipeline pipeline = redis.pipelined()) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        Map<String, String> values = new HashMap<>();
        Map<String, String> stamps = new HashMap<>();
        for (int point = 1; point <= POINTS; point++) {
          String id = String.valueOf(10_000 + point);
          double value = 220 + 10 * Math.sin(channel + point * (double) time);
          values.put(id, String.format(Locale.ROOT, "%.6f", value));
          stamps.put(id, time + "000");
        }
        pipeline.hset("comsrv:" + (1001 + channel) + ":m", values);
        pipeline.hset("comsrv:" + (1001 + channel) + ":m:ts", stamps);
      }
    }
  }

  private void resetSlowlog() {
    redis.configSet("slowlog-max-len", "100000");
    redis.configSet("slowlog-log-slower-than", "0");
    redis.slowlogReset();
  }

  private double longestCallMs() {
    List<Double> times =
        redis.slowlogGet(100_000).stream()
            .filter(entry -> entry.getArgs().get(0).equalsIgnoreCase("EVALSHA"))
            .map(entry -> entry.getExecutionTime() / 1e3)
            .toList();
    calls.addAll(times);
    return Collections.max(times);
  }

  private double cpuSeconds() {
    return Stream.of(redis.info("cpu").split("\r\n"))
        .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
        .sum();
  }

  /** Accumulators of the open minute and the open five minutes, with all that is kept beside. */
  private double bytesPerPoint() {
    long time = T0 + 100_000 / 300 * 300;
    for (int second = 0; second < 3; second++) {
      write(time + 58 + second);
      script.run("collect", time + 58 + second);
    }
    script.run("aggregate_1m", time + 60);
    long bytes = 0;
    Set<String> windows = redis.keys("hissrv:acc:*");
    if (windows.size() != 2) {
      throw new IllegalStateException("a minute and five minutes should be open: " + windows);
    }
    for (String key : redis.keys("hissrv:*")) {
      bytes += redis.memoryUsage(key, 0);
    }
    return (double) bytes / (CHANNELS * POINTS);
  }

  private static double median(List<Double> values) {
    return quantile(values, 0.5);
  }

  private static double quantile(List<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) (share * (sorted.size() - 1)));
  }

  private static void print(String name, double value, String unit) {
    System.out.printf(Locale.ROOT, "%s %.3f %s%n", name, value, unit);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
