package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.reader.Aside;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists that a connector has drained and nobody drains any more, although something is left in
 * them: that connector was deleted, or has another configuration now. What it had in flight is in a
 * key that nobody else looks at. Each connector enters its lists in a hash in Redis, which outlives
 * it; the first task of every connector looks at the lists of the others. For the task's thread.
 */
public final class LeftLists {
  private static final Logger LOG = LoggerFactory.getLogger(LeftLists.class);

  /** By list, the connector that drains it. */
  static final String KEY = "hissrv:lists";

  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A connector that is restarted, or whose task moves to another worker, takes less. */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Most lists that are looked at, the first by name: each costs a few commands. */
  private static final int MOST = 100;

  private static final int MOST_NAME = 60;

  private final List<String> own;
  private final String connector;
  private final RedisLink link;
  private final WorkerClock clock;
  private final Aside aside;
  private final PartState state = new PartState();

  /** Since when a list has something in it that nobody takes. */
  private final Map<String, Long> sinceNanos = new HashMap<>();

  /** Lists that the user may not see. */
  private final Set<String> hidden = new HashSet<>();

  /**
   * @param own the lists that this connector drains
   */
  public LeftLists(List<String> own, String connector, RedisLink link, WorkerClock clock) {
    this.own = List.copyOf(own);
    this.connector = connector;
    this.link = link;
    this.clock = clock;
    this.aside = new Aside(link, clock);
  }

  /** Returns whether such lists are there. */
  public PartState state() {
    return state;
  }

  /** Asks from time to time, over a connection that the reading has made. */
  public void look() {
    aside.ask(
        this::ask,
        words ->
            LOG.info(
                "Cannot find out whether a list is left that nobody drains any more; allow the key"
                    + " {} with +hset and +hgetall in the user's ACL: {}",
                KEY,
                words),
        () -> EVERY_NANOS);
  }

  private void ask() {
    Map<String, String> entered = entered();
    List<String> left = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    entered.entrySet().stream()
        .filter(list -> !own.contains(list.getKey()) && !hidden.contains(list.getKey()))
        .limit(MOST)
        .forEach(
            list -> {
              String found = found(list.getKey());
              if (!found.isEmpty()) {
                seen.add(list.getKey());
                long since = sinceNanos.computeIfAbsent(list.getKey(), name -> clock.nanos());
                if (clock.nanos() - since >= PATIENCE_NANOS) {
                  left.add(
                      shortened(list.getKey())
                          + " ("
                          + found
                          + "; its last connector: "
                          + shortened(list.getValue())
                          + ")");
                }
              }
            });
    sinceNanos.keySet().retainAll(seen);
    tell(left);
    for (String list : own) {
      if (!connector.equals(entered.get(list))) {
        link.call(Command.keyed("HSET", KEY, list, connector));
      }
    }
  }

  private void tell(List<String> left) {
    if (left.isEmpty()) {
      if (state.passed()) {
        LOG.info("No list is left any more that nobody drains");
      }
      return;
    }
    String words =
        "nobody drains "
            + left.get(0)
            + (left.size() > 1 ? " and " + (left.size() - 1) + " more" : "")
            + ". Let a source of type list drain it, or, if it is not to be drained, HDEL "
            + KEY
            + " and its name";
    if (state.holdsUp(words, clock.millis())) {
      LOG.warn("Left in Redis: {}{}", words, state.unsaid());
    }
  }

  private Map<String, String> entered() {
    Map<String, String> entered = new TreeMap<>();
    if (link.call(Command.keyed("HGETALL", KEY)) instanceof List<?> flat) {
      for (int i = 0; i + 1 < flat.size(); i += 2) {
        entered.put(text(flat.get(i)), text(flat.get(i + 1)));
      }
    }
    return entered;
  }

  /** Returns what is in a list that nobody drains; empty if nothing is, or somebody does. */
  private String found(String list) {
    ListKeys keys = new ListKeys(list, link.isCluster());
    try {
      if (number("EXISTS", keys.owner()) > 0) {
        return "";
      }
      long inFlight = number("LLEN", keys.inflight());
      long waiting = number("LLEN", keys.list());
      return inFlight + waiting == 0 ? "" : waiting + " wait, " + inFlight + " in flight";
    } catch (CommandRefusedException | RedisReplyException e) {
      hidden.add(list);
      LOG.info("Cannot find out whether something is left in {}: {}", list, e.getMessage());
      return "";
    }
  }

  private long number(String command, byte[] key) {
    return link.call(Command.keyed(command, key)) instanceof Long number ? number : 0;
  }

  private static String text(Object reply) {
    return reply instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(reply);
  }

  private static String shortened(String name) {
    return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME - 1) + "…";
  }
}
