package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Windows that the aggregation script has closed although Redis's clock has not come to their end:
 * it was ahead, and was set back. The script takes nothing for them, and answers as if all were
 * well. For one thread.
 */
public final class ClosedAhead {
  private static final Command TIME = Command.of("TIME");

  private final RedisLink link;
  private final List<String> windows;
  private long lateBefore;
  private @Nullable String trouble;

  /**
   * @param windows lengths as the script names them
   */
  public ClosedAhead(RedisLink link, List<String> windows) {
    this.link = link;
    this.windows = List.copyOf(windows);
  }

  /**
   * What is wrong, or null for nothing.
   *
   * @param late how often something came for a closed window, by the script's counter: while it
   *     stands still, nobody has to be asked
   */
  public @Nullable String look(long late) {
    if (late != lateBefore || trouble != null) {
      lateBefore = late;
      trouble = ask();
    }
    return trouble;
  }

  private @Nullable String ask() {
    long now = RedisTime.millis(link.call(TIME)) / 1000;
    List<String> closed = new ArrayList<>();
    for (String window : windows) {
      Long end = closedUntil(window, now);
      if (end != null) {
        closed.add(window + " until " + Instant.ofEpochSecond(end));
      }
    }
    return closed.isEmpty()
        ? null
        : "the clock of Redis was ahead and has been set back: windows of this time are closed"
            + " already, and nothing enters them ("
            + String.join(", ", closed)
            + " by Redis's clock)";
  }

  /** As the script keeps it: intervals that are closed, from (the member) and to (the score). */
  private @Nullable Long closedUntil(String window, long now) {
    Object reply =
        link.call(
            Command.keyed(
                "ZRANGEBYSCORE",
                "hissrv:closed:" + window,
                "(" + now,
                "+inf",
                "WITHSCORES",
                "LIMIT",
                "0",
                "1"));
    if (!(reply instanceof List<?> interval) || interval.size() != 2) {
      return null;
    }
    double from = Double.parseDouble(Bytes.text((byte[]) interval.get(0)));
    return from > now ? null : (long) Double.parseDouble(Bytes.text((byte[]) interval.get(1)));
  }
}
