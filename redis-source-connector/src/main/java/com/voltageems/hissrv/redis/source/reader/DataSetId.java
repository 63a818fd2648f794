package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Identifies the data that positions belong to: a random text that is stored in Redis next to the
 * data. It goes where the data go (a restart, a replica that takes over, a copy), and disappears
 * with them. No id that Redis creates does that: a server's {@code run_id} changes with every
 * restart.
 */
public final class DataSetId {
  private static final Logger LOG = LoggerFactory.getLogger(DataSetId.class);
  static final String KEY = "hissrv:id";

  /** Field of a source offset. */
  public static final String FIELD = "data";

  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RedisLink link;
  private final Aside aside;
  private final SecureRandom random = new SecureRandom();
  private String current = "";
  private int generation = -1;
  private boolean refused;

  /** The first id that was read on a connection, and the number of that connection. */
  private String first = "";

  private int firstGeneration = -1;

  public DataSetId(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.aside = new Aside(link, clock);
  }

  /**
   * Looks from time to time whether the data are still the same: SWAPDB and FLUSHALL replace them
   * under a connection. If not, closes the connection, since on a new one every reader checks its
   * positions. Only for moments when nothing depends on the connection.
   */
  public void look() {
    if (first.isEmpty() || firstGeneration != link.generation()) {
      return;
    }
    aside.ask(
        () -> {
          Object id = link.call(Command.keyed("GET", KEY));
          if (!(id instanceof byte[] text && Bytes.text(text).equals(first))) {
            LOG.warn(
                "The data in Redis are others than before: {} has changed or is gone (SWAPDB,"
                    + " FLUSHALL); the positions are checked",
                KEY);
            link.reset();
            generation = -1;
          }
        },
        words -> LOG.info("Cannot read the key {} any more: {}", KEY, words),
        () -> EVERY_NANOS);
  }

  /**
   * Returns the id, read once per connection; empty if there is none.
   *
   * @throws RedisNotReadyException if Redis cannot be read now, for example while it loads its data
   *     after a restart: a missing id would prove nothing then
   */
  public String current() {
    if (link.primaries() > 0 && generation != link.generation()) {
      current = ask();
      generation = link.generation();
      if (firstGeneration != generation) {
        first = current;
        firstGeneration = generation;
      }
    }
    return current;
  }

  /** Makes the next call of {@link #current} ask again: the data may have been removed. */
  public void forget() {
    generation = -1;
  }

  private String ask() {
    if (refused) {
      return "";
    }
    try {
      Object id = link.call(Command.keyed("GET", KEY));
      return id instanceof byte[] text ? Bytes.text(text) : make();
    } catch (CommandRefusedException e) {
      refused = true;
      LOG.warn(
          "Cannot use the key {}: if redis.uri should lead to another server one day, this would go"
              + " unnoticed, and positions would skip what that server has. {}",
          KEY,
          e.getMessage());
    } catch (RedisReplyException e) {
      LOG.info("Cannot use the key {} now: {}", KEY, e.getMessage());
    }
    return "";
  }

  private String make() {
    try {
      link.call(Command.keyed("SET", KEY, Long.toHexString(random.nextLong()), "NX"));
      return link.call(Command.keyed("GET", KEY)) instanceof byte[] text ? Bytes.text(text) : "";
    } catch (RedisNotReadyException e) {
      // A replica, or a Redis that is full, can still be read.
      LOG.info("Cannot make the key {} now: {}", KEY, e.getMessage());
      return "";
    }
  }

  /** Returns whether a position belongs to other data than Redis has now, as far as known. */
  public static boolean differ(String ofPosition, String ofRedis) {
    return !ofPosition.isEmpty() && !ofRedis.isEmpty() && !ofPosition.equals(ofRedis);
  }

  /** Returns the id in a stored offset; empty if there is none. */
  public static String of(@Nullable Map<String, ?> offset) {
    return offset != null && offset.get(FIELD) instanceof String id ? id : "";
  }
}
