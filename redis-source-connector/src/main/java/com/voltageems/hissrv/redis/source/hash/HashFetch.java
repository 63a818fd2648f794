package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.HashScan;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Fetches hashes from Redis, with the companions' times and Redis's clock: small hashes by
 * pipelined HGETALL, large ones by HSCAN.
 */
final class HashFetch {
  private static final long MAX_BYTES_AT_ONCE = 1L << 20;
  private static final Command TIME = Command.of("TIME");
  private static final Command MULTI = Command.of("MULTI");
  private static final Command EXEC = Command.of("EXEC");

  private final RedisLink link;

  HashFetch(RedisLink link) {
    this.link = link;
  }

  /** Starts to read these hashes: Redis works while the caller does something else. */
  Reading begin(List<HashEntry> chunk) {
    return new Reading(chunk);
  }

  /** Hashes that are being read. */
  final class Reading {
    private final List<HashEntry> small;
    private final List<HashEntry> large;
    private final RedisLink.Replies sent;
    private List<@Nullable Object> replies = List.of();
    private List<@Nullable Object> times = List.of();

    /**
     * Whether a hash and its times are read together. Otherwise a new value with an old time would
     * overwrite the old point. In a cluster the two may be on different nodes, and no transaction
     * spans nodes.
     */
    private boolean together = !link.isCluster();

    private Reading(List<HashEntry> chunk) {
      this.small = chunk.stream().filter(entry -> !isLarge(entry)).toList();
      this.large = chunk.stream().filter(HashFetch::isLarge).toList();
      this.sent = small.isEmpty() ? List::of : link.send(commands(small, together));
    }

    /** Returns whether the connection was lost meanwhile, so that the reading must begin again. */
    boolean isLost() {
      return sent.isLost();
    }

    /** Waits until Redis has answered for all hashes except the large ones. */
    void await() {
      try {
        replies = sent.get();
      } catch (RedisNotReadyException e) {
        if (!e.isFull() || !together) {
          throw e;
        }
        // A full Redis refuses any command of a transaction, even if it only reads.
        together = false;
        replies = link.pipeline(commands(small, false));
      }
      times = together ? List.of() : timesOf(small);
    }

    /**
     * Returns the hashes that were read, and reads the large ones now. Call it after {@link
     * #await}.
     */
    List<HashReading> all() {
      List<HashReading> all = new ArrayList<>(small.size() + large.size());
      if (!small.isEmpty()) {
        addSmall(all);
      }
      large.forEach(entry -> all.add(readInSteps(entry)));
      return all;
    }

    private void addSmall(List<HashReading> all) {
      long now = RedisTime.millis(replies.get(0));
      int reply = 1;
      for (int i = 0; i < small.size(); i++) {
        HashEntry entry = small.get(i);
        Object values;
        Object timesOfEntry = together ? null : times.get(i);
        if (together && entry.hasTimes) {
          Object both = replies.get(reply + 3);
          boolean whole = both instanceof List<?> pair && pair.size() == 2;
          values = whole ? ((List<?>) Objects.requireNonNull(both)).get(0) : both;
          timesOfEntry = whole ? ((List<?>) Objects.requireNonNull(both)).get(1) : null;
          reply += 4;
        } else {
          values = replies.get(reply++);
        }
        all.add(reading(entry, values, timesOfEntry, now));
      }
    }
  }

  private static HashReading reading(
      HashEntry entry, @Nullable Object values, @Nullable Object times, long now) {
    if (values instanceof RedisError error) {
      return new HashReading.Unreadable(entry, HashReading.Reason.of(error));
    }
    // A value must not get another time because its own cannot be read now.
    if (times instanceof RedisError error && !error.isWrongType()) {
      return new HashReading.Unreadable(entry, HashReading.Reason.of(error));
    }
    return values instanceof List<?> pairs
        ? new HashReading.Values(entry, pairs, listOf(times), now)
        : new HashReading.Unreadable(entry, HashReading.Reason.REFUSED);
  }

  /** Returns the companion's fields and times; null if Redis has answered with an error. */
  private static @Nullable List<?> listOf(@Nullable Object times) {
    if (times instanceof RedisError) {
      return null;
    }
    return times instanceof List<?> list ? list : List.of();
  }

  private static boolean isLarge(HashEntry entry) {
    return entry.size > HashScan.MAX_FIELDS_AT_ONCE || entry.bytes > MAX_BYTES_AT_ONCE;
  }

  private static List<Command> commands(List<HashEntry> chunk, boolean together) {
    List<Command> commands = new ArrayList<>(2 * chunk.size() + 1);
    commands.add(TIME);
    for (HashEntry entry : chunk) {
      boolean transaction = together && entry.hasTimes;
      if (transaction) {
        commands.add(MULTI);
      }
      commands.add(Command.hgetall(entry.key));
      if (transaction) {
        commands.add(Command.hgetall(entry.timesKey()));
        commands.add(EXEC);
      }
    }
    return commands;
  }

  /**
   * Reads the companions of hashes that were read just before. The order matters: if a value got a
   * time that came after it, the next reading gives it again, together with the value that belongs
   * to that time. In the other order a correct point would be overwritten, and stay wrong.
   *
   * @return one reply per entry; null if the entry has no companion
   */
  private List<@Nullable Object> timesOf(List<HashEntry> chunk) {
    List<HashEntry> timed = chunk.stream().filter(entry -> entry.hasTimes).toList();
    Iterator<@Nullable Object> replies =
        link.pipeline(timed.stream().map(entry -> Command.hgetall(entry.timesKey())).toList())
            .iterator();
    List<@Nullable Object> all = new ArrayList<>(chunk.size());
    for (HashEntry entry : chunk) {
      all.add(entry.hasTimes ? replies.next() : null);
    }
    return all;
  }

  /** Reads a large hash, and after it its times: see {@link #timesOf}. */
  private HashReading readInSteps(HashEntry entry) {
    try {
      long now = RedisTime.millis(link.call(TIME));
      int step = HashScan.MAX_FIELDS_A_STEP;
      if (entry.bytes > 0) {
        step = (int) Math.max(1, Math.min(step, MAX_BYTES_AT_ONCE * entry.size / entry.bytes));
      }
      List<byte[]> pairs = HashScan.read(link, entry.key, step);
      return new HashReading.Values(entry, pairs, timesInSteps(entry), now);
    } catch (RedisReplyException e) {
      return new HashReading.Unreadable(entry, HashReading.Reason.of(e.error()));
    } catch (RedisNotReadyException e) {
      if (link.isComplete()) {
        throw e;
      }
      // Those of the cluster's other nodes are read.
      return new HashReading.Unreadable(entry, HashReading.Reason.AWAY);
    }
  }

  private @Nullable List<?> timesInSteps(HashEntry entry) {
    if (!entry.hasTimes) {
      return List.of();
    }
    try {
      return HashScan.read(link, entry.timesKey(), HashScan.MAX_FIELDS_A_STEP);
    } catch (RedisReplyException e) {
      return null;
    }
  }
}
