package com.voltageems.hissrv.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.testkit.RedisServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** Pushes 0, 1, 2 ... to the list and the stream, and to the live hashes of four channels. */
final class Load implements AutoCloseable {
  private static final String PUSH =
      """
      local n = tonumber(ARGV[1])
      if n < tonumber(redis.call('GET', 'pushed') or '0') then return end
      redis.call('SET', 'pushed', n + 1)
      redis.call('LPUSH', 'archive:pending',
        '{"measurement":"load","timestamp":' .. ARGV[2] .. ',"tags":{"p":"' .. n % 4
        .. '"},"fields":{"n":' .. n .. '}}')
      redis.call('XADD', 'events', '*', 'n', n)
      redis.call('HSET', 'comsrv:' .. 1001 + n % 4 .. ':m', 'voltage', n)
      """;

  private final AtomicLong pushed = new AtomicLong();
  private final RedisServer redis;
  private final Thread thread = new Thread(this::run, "load");
  private volatile boolean stopping;
  private volatile @Nullable RuntimeException failure;

  Load(RedisServer redis) {
    this.redis = redis;
    thread.start();
  }

  /** Of all kinds of data that are pushed, with small claims, so that each kill meets some. */
  static Map<String, String> source(Installation installation, RedisServer redis) {
    Map<String, String> source = Connectors.source(installation, redis);
    source.put("sources", "live,archive1m,pending,events");
    source.keySet().removeIf(key -> key.startsWith("sources.archive5m."));
    source.put("sources.archive1m.scan", "false");
    source.put("sources.live.pattern", "comsrv:*");
    source.put("sources.events.type", "stream");
    source.put("sources.events.key", "events");
    source.put("aggregation.windows", "1m");
    source.put("batch.max.records", "50");
    source.put("poll.interval.ms", "100");
    return source;
  }

  private void run() {
    long first = System.currentTimeMillis() / 1000 - 200_000;
    try (RedisClient client = RedisClient.create(redis.uri())) {
      while (!stopping) {
        long n = pushed.get();
        try {
          client.eval(PUSH, List.of(), List.of(String.valueOf(n), String.valueOf(first + n)));
        } catch (JedisException e) {
          // Not known whether it was done: the same number again, which is taken once.
          continue;
        }
        pushed.incrementAndGet();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(15));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  long pushed() {
    return pushed.get();
  }

  long end() throws InterruptedException {
    close();
    thread.join(TimeUnit.MINUTES.toMillis(1));
    assertThat(thread.isAlive()).isFalse();
    assertThat(failure).isNull();
    return pushed.get();
  }

  @Override
  public void close() {
    stopping = true;
  }
}
