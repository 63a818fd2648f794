package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis evicts keys of any kind to free memory. A list or stream that was evicted is gone
 * as a whole, and looks like one that was read to its end. Among keys with an expiry (a {@code
 * volatile-} policy) only windows are ours, and the archive's reader notices missing windows. For
 * the task's thread.
 */
public final class EvictionWatch {
  private static final Logger LOG = LoggerFactory.getLogger(EvictionWatch.class);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** After this time without another eviction the trouble is over. */
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final Command STATS = Command.of("INFO", "stats");
  private static final Command MEMORY = Command.of("INFO", "memory");

  private final RedisLink link;
  private final WorkerClock clock;
  private final Aside aside;

  /** Generation of the connection that {@link #evicted} was read on. */
  private int generation;

  private long evicted;

  /** Number of evicted keys since the trouble began. */
  private long noticed;

  private long quietAtNanos;
  private @Nullable String trouble;

  public EvictionWatch(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.clock = clock;
    this.aside = new Aside(link, clock);
  }

  /** Asks from time to time, over a connection that the reading has made. */
  public void look() {
    aside.ask(
        this::ask,
        words -> {
          trouble = null;
          LOG.info(
              "Cannot find out whether Redis evicts keys; allow +info in the user's ACL: {}",
              words);
        },
        () -> EVERY_NANOS);
  }

  private void ask() {
    long now = 0;
    for (int primary = 0; primary < link.primaries(); primary++) {
      now += Long.parseLong(value(primary, STATS, "evicted_keys", "0"));
    }
    // Another server, or a restarted one, has its own counter.
    boolean more = generation == link.generation() && now > evicted;
    long count = now - evicted;
    generation = link.generation();
    evicted = now;
    String policy = more ? policy() : "";
    if (policy.startsWith("allkeys")) {
      noticed += count;
      quietAtNanos = clock.nanos() + QUIET_NANOS;
      trouble = message(policy);
    } else if (trouble != null && clock.nanos() - quietAtNanos >= 0) {
      noticed = 0;
      trouble = null;
    }
  }

  /** Returns the policy of a cluster's primary that evicts any key, if there is one. */
  private String policy() {
    String policy = "";
    for (int primary = 0; primary < link.primaries(); primary++) {
      String one = value(primary, MEMORY, "maxmemory_policy", "");
      policy = policy.startsWith("allkeys") ? policy : one;
    }
    return policy;
  }

  private String value(int primary, Command command, String name, String otherwise) {
    String text = link.callOn(primary, command) instanceof byte[] bytes ? Bytes.text(bytes) : "";
    for (String line : text.split("\r?\n", -1)) {
      if (line.startsWith(name + ":")) {
        return line.substring(name.length() + 1).trim();
      }
    }
    return otherwise;
  }

  private String message(String policy) {
    return "Redis has evicted "
        + noticed
        + (noticed == 1 ? " key" : " keys")
        + ": its maxmemory-policy is "
        + policy
        + ", so that lists, streams and hashes may be gone before they were read, without a trace;"
        + " set maxmemory-policy noeviction, or raise maxmemory";
  }

  /** Returns which data may be missing; null if there is no trouble. */
  public @Nullable String trouble() {
    return trouble;
  }
}
