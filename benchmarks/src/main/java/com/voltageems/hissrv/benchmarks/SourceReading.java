package com.voltageems.hissrv.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures how fast hashes are read and compared if nothing changes, compared with a bare loop over
 * the same data; and the memory that the comparison needs.
 */
final class SourceReading {
  private static final int HASHES = 20_000;
  private static final String NAME = "bench-reading";
  private static final int WINDOWS = 2;

  private final SourceRig rig;

  SourceReading(SourceRig rig) {
    this.rig = rig;
  }

  void measure() throws Exception {
    Figures.say(
        "%d hashes of %d points in which nothing changes, poll.interval.ms=10: so many that one"
            + " pass takes much longer than the interval, which therefore limits nothing;"
            + " discovery.interval.ms=3600000; in turn with Jedis alone, HGETALL pipelined 500"
            + " deep; windows of %d s",
        HASHES, SourceRig.POINTS, rig.seconds);
    rig.fill(HASHES);
    Map<String, String> config = rig.source();
    config.put("poll.interval.ms", "10");
    config.put("discovery.interval.ms", "3600000");
    rig.submit(NAME, config);
    Figures.await("the first reading", () -> rig.metrics.get(NAME, "live", "records") >= HASHES);
    TimeUnit.SECONDS.sleep(rig.seconds);
    rig.pause(NAME);
    bare();
    double alone = bare();
    double source = 0;
    for (int i = 0; i < WINDOWS; i++) {
      source += source() / WINDOWS;
      alone += bare();
    }
    alone /= WINDOWS + 1;
    long records = rig.metrics.get(NAME, "live", "records");
    rig.delete(NAME);
    if (records != HASHES) {
      throw new IllegalStateException(records + " records, though nothing changed");
    }
    Figures.print("source.hgetall_pass_ms", 1000.0 * HASHES * SourceRig.POINTS / source, "ms");
    Figures.print("source.hgetall_fields_per_s", source, "fields/s");
    Figures.print("source.jedis_fields_per_s", alone, "fields/s");
    Figures.print("source.hgetall_vs_jedis", source / alone, "ratio");
    heap();
  }

  private double source() throws InterruptedException {
    rig.resume(NAME);
    RedisCounters idle = RedisCounters.of(rig.redis);
    Figures.await(
        "the source to read",
        () -> RedisCounters.of(rig.redis).since(idle).callsOf("hgetall") > HASHES);
    RedisCounters before = RedisCounters.of(rig.redis);
    long begun = System.nanoTime();
    TimeUnit.SECONDS.sleep(rig.seconds);
    RedisCounters read = RedisCounters.of(rig.redis).since(before);
    double seconds = (System.nanoTime() - begun) / 1e9;
    rig.pause(NAME);
    Figures.await("the source to pause", this::isStill);
    return read.callsOf("hgetall") * (double) SourceRig.POINTS / seconds;
  }

  private boolean isStill() {
    RedisCounters before = RedisCounters.of(rig.redis);
    try {
      TimeUnit.MILLISECONDS.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return RedisCounters.of(rig.redis).since(before).callsOf("hgetall") == 0;
  }

  private double bare() {
    long begun = System.nanoTime();
    long fields = 0;
    while (System.nanoTime() - begun < rig.seconds * 1_000_000_000L) {
      fields += BareReader.pass(rig.redis, HASHES);
    }
    return fields / ((System.nanoTime() - begun) / 1e9);
  }

  private void heap() throws Exception {
    Figures.say(
        "the task alone in a JVM of -Xmx512m: heap in use after a collection, %d hashes of %d"
            + " points known, less that with an empty Redis",
        HASHES, SourceRig.POINTS);
    Map<String, Double> full = TaskProbe.run(rig, "heap", List.of(String.valueOf(HASHES)));
    rig.redis.flushAll();
    Map<String, Double> empty = TaskProbe.run(rig, "heap", List.of("0"));
    Figures.print(
        "source.heap_mb_at_1m_points",
        TaskProbe.value(full, "heap_mb") - TaskProbe.value(empty, "heap_mb"),
        "MB");
  }
}
