package com.voltageems.hissrv.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Measures the cost of reading 1,000 unchanged channels again and again: in Redis compared with
 * bare reads, in the worker compared with the same worker with the connector paused, and in
 * allocated objects. The two sides take turns, window by window, so that both see the same machine.
 */
final class SourceIdle {
  private static final int CHANNELS = 1000;
  private static final int PAIRS = 10;

  /**
   * Polling and discovery run four times as often as by default, for more passes in the same time.
   */
  private static final int PASSES_A_SECOND = 4;

  private static final int POLL_MS = 1000 / PASSES_A_SECOND;
  private static final int DISCOVERY_MS = 5000 / PASSES_A_SECOND;
  private static final int PASSES_OF_THE_PROBE = 100;
  private static final String NAME = "bench-idle";

  private final SourceRig rig;

  /** Passes in a window; a window holds whole discoveries. */
  private final int passes;

  SourceIdle(SourceRig rig) {
    this.rig = rig;
    this.passes = 5 * Math.max(2, rig.seconds / 2);
  }

  /** The resources that a window has used. */
  private record Window(RedisCounters redis, double workerCpuSeconds, double seconds) {
    double passes() {
      return redis.callsOf("hgetall") / (double) CHANNELS;
    }

    /** Returns Redis's CPU time per pass, less what it uses when idle. */
    double redisSecondsAPass(double idleShare) {
      return (redis.cpuSeconds() - idleShare * seconds) / passes();
    }

    double workerShare() {
      return workerCpuSeconds / seconds;
    }

    long otherCommands() {
      return redis.calls().values().stream().mapToLong(Long::longValue).sum()
          - redis.callsOf("hgetall");
    }
  }

  void measure() throws Exception {
    Figures.say(
        "%d hashes of %d points in which nothing changes, poll.interval.ms=%d and"
            + " discovery.interval.ms=%d (a quarter of the defaults); %d windows of %d passes each"
            + " way, in turn",
        CHANNELS, SourceRig.POINTS, POLL_MS, DISCOVERY_MS, PAIRS, passes);
    rig.fill(CHANNELS);
    Map<String, String> config = rig.source();
    config.put("poll.interval.ms", String.valueOf(POLL_MS));
    config.put("discovery.interval.ms", String.valueOf(DISCOVERY_MS));
    rig.submit(NAME, config);
    Figures.await("the first reading", () -> rig.metrics.get(NAME, "live", "records") >= CHANNELS);
    pause();
    Window nobody = window(false);
    double idleShare = nobody.redis().cpuSeconds() / nobody.seconds();
    long recordsBefore = rig.metrics.get(NAME, "live", "records");
    List<Window> bare = new ArrayList<>();
    List<Window> ours = new ArrayList<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      bare.add(window(true));
      rig.resume(NAME);
      settle();
      ours.add(window(false));
      pause();
    }
    long records = rig.metrics.get(NAME, "live", "records") - recordsBefore;
    rig.delete(NAME);
    report(bare, ours, idleShare);
    Map<String, Double> probe =
        TaskProbe.run(
            rig, "idle", List.of(String.valueOf(CHANNELS), String.valueOf(PASSES_OF_THE_PROBE)));
    Figures.print(
        "source.idle_alloc_bytes_per_pass", TaskProbe.value(probe, "bytes_per_pass"), "bytes");
    Figures.print("source.idle_records", records + TaskProbe.value(probe, "records"), "records");
  }

  private static void report(List<Window> bare, List<Window> ours, double idleShare) {
    double[] ratios = new double[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      ratios[i] =
          ours.get(i).redisSecondsAPass(idleShare) / bare.get(i).redisSecondsAPass(idleShare);
    }
    Arrays.sort(ratios);
    Figures.print(
        "source.idle_redis_cpu_ms_per_pass",
        median(ours, window -> window.redisSecondsAPass(idleShare) * 1000),
        "ms");
    Figures.print(
        "source.idle_bare_redis_cpu_ms_per_pass",
        median(bare, window -> window.redisSecondsAPass(idleShare) * 1000),
        "ms");
    Figures.print(
        "source.idle_cost_redis_ratio", (ratios[PAIRS / 2 - 1] + ratios[PAIRS / 2]) / 2, "ratio");
    Figures.print("source.idle_cost_redis_ratio_lowest", ratios[0], "ratio");
    Figures.print("source.idle_cost_redis_ratio_highest", ratios[PAIRS - 1], "ratio");
    Figures.print(
        "source.idle_commands_per_pass",
        ours.stream().mapToLong(Window::otherCommands).sum()
            / ours.stream().mapToDouble(Window::passes).sum(),
        "commands");
    // Our connector makes four passes a second; by default it makes one.
    Figures.print(
        "source.idle_cpu_core_share",
        (median(ours, Window::workerShare) - median(bare, Window::workerShare)) / PASSES_A_SECOND,
        "cores");
  }

  private static double median(List<Window> windows, ToDoubleFunction<Window> figure) {
    return Figures.median(windows.stream().mapToDouble(figure).toArray());
  }

  private void pause() throws InterruptedException {
    rig.pause(NAME);
    settle();
  }

  /**
   * Waits until the task has noticed; one pass more or less does not matter, because passes are
   * counted by their commands.
   */
  private static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(3 * POLL_MS);
  }

  private Window window(boolean read) throws InterruptedException {
    RedisCounters before = RedisCounters.of(rig.redis);
    long cpu = rig.worker.process().cpuTime().toNanos();
    long begun = System.nanoTime();
    for (int i = 1; i <= passes; i++) {
      if (read) {
        BareReader.pass(rig.redis, CHANNELS);
      }
      TimeUnit.NANOSECONDS.sleep(
          begun + TimeUnit.MILLISECONDS.toNanos((long) i * POLL_MS) - System.nanoTime());
    }
    return new Window(
        RedisCounters.of(rig.redis).since(before),
        (rig.worker.process().cpuTime().toNanos() - cpu) / 1e9,
        (System.nanoTime() - begun) / 1e9);
  }
}
