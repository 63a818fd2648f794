package com.voltageems.hissrv.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What it costs to look, once a second, at 1,000 channels in which nothing changes: in Redis
 * against the bare reads, in the worker against the same worker without the connector, and in
 * objects.
 */
final class SourceIdle {
  private static final int CHANNELS = 1000;
  private static final String NAME = "bench-idle";

  private final SourceRig rig;
  private final int passes;

  SourceIdle(SourceRig rig) {
    this.rig = rig;
    this.passes = Math.max(10, 2 * rig.seconds);
  }

  /** What a window has used. */
  private record Window(RedisCounters redis, double workerCpuSeconds, double seconds) {
    double redisCpuShare() {
      return redis.cpuSeconds() / seconds;
    }

    double workerCpuShare() {
      return workerCpuSeconds / seconds;
    }
  }

  void measure() throws Exception {
    Figures.say(
        "%d hashes of %d points in which nothing changes, poll.interval.ms=1000 and"
            + " discovery.interval.ms=5000 (the defaults); windows of %d s",
        CHANNELS, SourceRig.POINTS, passes);
    rig.fill(CHANNELS);
    Window without = window(() -> TimeUnit.SECONDS.sleep(1));
    Window bare = window(this::bareRead);

    rig.submit(NAME, rig.source());
    Figures.await("the first reading", () -> rig.metrics.get(NAME, "live", "records") >= CHANNELS);
    TimeUnit.SECONDS.sleep(2);
    long recordsBefore = rig.metrics.get(NAME, "live", "records");
    Window with = window(() -> TimeUnit.SECONDS.sleep(1));
    long records = rig.metrics.get(NAME, "live", "records") - recordsBefore;
    rig.delete(NAME);

    long reads = with.redis().callsOf("hgetall");
    double done = reads / (double) CHANNELS;
    long others = with.redis().calls().values().stream().mapToLong(Long::longValue).sum() - reads;
    Figures.say("commands in %.2f passes: %s", done, with.redis().calls());
    double ours = (with.redisCpuShare() - without.redisCpuShare()) * with.seconds() / done;
    double theirs = (bare.redisCpuShare() - without.redisCpuShare()) * bare.seconds() / passes;
    Figures.print("source.idle_redis_cpu_ms_per_pass", ours * 1000, "ms");
    Figures.print("source.idle_bare_redis_cpu_ms_per_pass", theirs * 1000, "ms");
    Figures.print("source.idle_cost_redis_ratio", ours / theirs, "ratio");
    Figures.print("source.idle_commands_per_pass", others / done, "commands");
    double worker = (without.workerCpuShare() + bare.workerCpuShare()) / 2;
    Figures.print("source.idle_cpu_core_share", with.workerCpuShare() - worker, "cores");
    Map<String, Double> probe =
        TaskProbe.run(rig, "idle", List.of(String.valueOf(CHANNELS), String.valueOf(5 * passes)));
    Figures.print(
        "source.idle_alloc_bytes_per_pass", TaskProbe.value(probe, "bytes_per_pass"), "bytes");
    Figures.print("source.idle_records", records + TaskProbe.value(probe, "records"), "records");
  }

  private interface Second {
    void pass() throws InterruptedException;
  }

  private Window window(Second each) throws InterruptedException {
    RedisCounters before = RedisCounters.of(rig.redis);
    long cpu = rig.worker.process().cpuTime().toNanos();
    long begun = System.nanoTime();
    for (int i = 0; i < passes; i++) {
      each.pass();
    }
    return new Window(
        RedisCounters.of(rig.redis).since(before),
        (rig.worker.process().cpuTime().toNanos() - cpu) / 1e9,
        (System.nanoTime() - begun) / 1e9);
  }

  private void bareRead() throws InterruptedException {
    long begun = System.nanoTime();
    BareReader.pass(rig.redis, CHANNELS);
    TimeUnit.NANOSECONDS.sleep(1_000_000_000L - (System.nanoTime() - begun));
  }
}
