package com.voltageems.hissrv.redis.source.reader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisTime;
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
 * Other connectors that read the same as this one into a topic of the same name. That may be
 * intended, such as a second Kafka cluster; by mistake, everything is in the topic twice. The first
 * task of each connector enters what it reads in a hash in Redis, and renews that entry. For the
 * task's thread; {@link #shared} for any thread.
 */
public final class FellowReaders {
  private static final Logger LOG = LoggerFactory.getLogger(FellowReaders.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** By connector, when it read last, and what. */
  static final String KEY = "hissrv:readers";

  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** An entry that is older belongs to a connector that is gone, or that reads nothing now. */
  private static final long ALIVE_MS = 45_000;

  /** An entry that is older is removed: its connector will hardly come back. */
  private static final long KEPT_MS = TimeUnit.DAYS.toMillis(7);

  /** A connector that is renamed, or whose task moves, takes less. */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final int MOST_FELLOWS = 100;
  private static final int MOST_NAME = 60;

  /**
   * What a source reads.
   *
   * @param patterns its key or channel patterns, or its one key
   */
  public record Reads(String alias, String type, List<String> patterns, String topic) {
    public Reads {
      patterns = List.copyOf(patterns);
    }
  }

  private final List<Reads> own;
  private final String connector;

  /** Tells two connectors of one name apart, which two Connect clusters may have. */
  private final String instance;

  private final RedisLink link;
  private final WorkerClock clock;
  private final Aside aside;

  /** Since when a connector is seen to read the same. */
  private final Map<String, Long> sinceNanos = new HashMap<>();

  /** Connection on which Redis took no writes, as a replica. */
  private int refusedGeneration = -1;

  /** Whether the user may remove entries. */
  private boolean tidies = true;

  private volatile String shared = "";

  /**
   * @param own what this connector's sources read; without lists, which have an owner
   * @param instance differs between any two tasks
   */
  public FellowReaders(
      List<Reads> own, String connector, String instance, RedisLink link, WorkerClock clock) {
    this.own = List.copyOf(own);
    this.connector = connector;
    this.instance = instance;
    this.link = link;
    this.clock = clock;
    this.aside = new Aside(link, clock);
  }

  /** Returns who reads the same, in plain words; empty if nobody does. */
  public String shared() {
    return shared;
  }

  /** Asks from time to time, over a connection that the reading has made. */
  public void look() {
    aside.ask(
        this::ask,
        words ->
            LOG.info(
                "Cannot find out whether another connector reads the same; allow the key {} with"
                    + " +time, +hset and +hgetall in the user's ACL: {}",
                KEY,
                words),
        () -> EVERY_NANOS);
  }

  private void ask() {
    long now = RedisTime.millis(link.call(Command.of("TIME")));
    List<String> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<String, JsonNode> entered = entered();
    for (Map.Entry<String, JsonNode> entry : entered.entrySet()) {
      String words = words(entry.getKey(), entry.getValue(), now);
      if (words.isEmpty() || seen.size() >= MOST_FELLOWS) {
        continue;
      }
      seen.add(entry.getKey());
      long since = sinceNanos.computeIfAbsent(entry.getKey(), name -> clock.nanos());
      if (clock.nanos() - since >= PATIENCE_NANOS) {
        found.add(words);
      }
    }
    sinceNanos.keySet().retainAll(seen);
    tell(found);
    enter(now);
    tidy(entered, now);
  }

  /** Removes the entries of connectors that are long gone: without that the hash only grows. */
  private void tidy(Map<String, JsonNode> entered, long now) {
    String[] old =
        entered.entrySet().stream()
            .filter(entry -> entry.getValue().path("at").isNumber())
            .filter(entry -> now - entry.getValue().path("at").asLong() > KEPT_MS)
            .map(Map.Entry::getKey)
            .limit(MOST_FELLOWS)
            .toArray(String[]::new);
    if (old.length == 0 || !tidies || refusedGeneration == link.generation()) {
      return;
    }
    String[] args = new String[old.length + 1];
    args[0] = KEY;
    System.arraycopy(old, 0, args, 1, old.length);
    try {
      link.call(Command.keyed("HDEL", args));
    } catch (CommandRefusedException e) {
      tidies = false;
      LOG.info("Old entries stay in {}; allow +hdel in the user's ACL: {}", KEY, e.getMessage());
    } catch (RedisNotReadyException e) {
      LOG.debug("Redis takes no writes now", e);
    }
  }

  /** Returns what a connector reads that this one reads, too; empty if it reads nothing now. */
  private String words(String name, JsonNode entry, long now) {
    if (Math.abs(now - entry.path("at").asLong()) > ALIVE_MS) {
      return "";
    }
    if (name.equals(connector)) {
      return entry.path("instance").asText().equals(instance)
          ? ""
          : "another connector named "
              + shortened(name)
              + " reads from this Redis, in another Connect cluster; two of one name send the"
              + " elements of a list twice";
    }
    for (Reads mine : own) {
      for (JsonNode other : entry.path("reads")) {
        if (isSame(mine, other)) {
          return mine.alias()
              + " reads what the connector "
              + shortened(name)
              + " reads, too, into "
              + mine.topic()
              + "; in one Kafka the topic has it twice";
        }
      }
    }
    return "";
  }

  private static boolean isSame(Reads mine, JsonNode other) {
    if (!mine.type().equals(other.path("type").asText())
        || !mine.topic().equals(other.path("topic").asText())) {
      return false;
    }
    for (JsonNode pattern : other.path("patterns")) {
      if (mine.patterns().stream().anyMatch(own -> KeyGlobs.overlap(own, pattern.asText()))) {
        return true;
      }
    }
    return false;
  }

  private void tell(List<String> found) {
    String before = shared;
    if (found.isEmpty()) {
      shared = "";
      if (!before.isEmpty()) {
        LOG.info("No other connector reads the same any more");
      }
      return;
    }
    int more = found.size() - 1;
    shared = found.get(0) + (more > 0 ? "; and " + more + " more" : "");
    if (!shared.equals(before)) {
      LOG.warn("Read twice: {}", shared);
    }
  }

  private void enter(long now) {
    if (own.isEmpty() || refusedGeneration == link.generation()) {
      return;
    }
    ObjectNode entry = JSON.createObjectNode().put("at", now).put("instance", instance);
    ArrayNode reads = entry.putArray("reads");
    for (Reads one : own) {
      ArrayNode patterns =
          reads.addObject().put("type", one.type()).put("topic", one.topic()).putArray("patterns");
      one.patterns().forEach(patterns::add);
    }
    try {
      link.call(Command.keyed("HSET", KEY, connector, entry.toString()));
    } catch (RedisNotReadyException e) {
      // A replica, or a Redis that is full, can still be read.
      refusedGeneration = link.generation();
      LOG.debug("Redis takes no writes now", e);
    }
  }

  private Map<String, JsonNode> entered() {
    Map<String, JsonNode> entered = new TreeMap<>();
    if (link.call(Command.keyed("HGETALL", KEY)) instanceof List<?> flat) {
      for (int i = 0; i + 1 < flat.size(); i += 2) {
        try {
          entered.put(text(flat.get(i)), JSON.readTree(text(flat.get(i + 1))));
        } catch (JsonProcessingException e) {
          LOG.debug("Not an entry of a connector", e);
        }
      }
    }
    return entered;
  }

  private static String text(Object reply) {
    return reply instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(reply);
  }

  private static String shortened(String name) {
    return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME - 1) + "…";
  }
}
