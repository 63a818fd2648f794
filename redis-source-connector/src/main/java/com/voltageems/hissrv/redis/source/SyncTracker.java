package com.voltageems.hissrv.redis.source;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out when everything that was in Redis at a request is in Kafka. A request is the message
 * {@code sync <id>} on the control channel; a later request replaces an earlier one. {@link
 * #request} is for any thread, the rest for the task's thread.
 */
final class SyncTracker {
  private static final Pattern REQUEST = Pattern.compile("sync ([A-Za-z0-9-]{1,64})");

  /** The first pass may have been running when the request came; the second began after it. */
  private static final int PASSES = 2;

  private final AtomicReference<@Nullable String> requested = new AtomicReference<>();
  private final Map<Lane, Integer> left = new HashMap<>();
  private @Nullable String id;

  /**
   * Progress of a request.
   *
   * @param waiting aliases of the sources that are not finished
   */
  record State(String id, List<String> waiting) {
    State {
      waiting = List.copyOf(waiting);
    }
  }

  /** Takes a message of the control channel; ignores anything but a request. */
  void request(byte @Nullable [] message) {
    if (message == null) {
      return;
    }
    Matcher matcher = REQUEST.matcher(new String(message, StandardCharsets.UTF_8).strip());
    if (matcher.matches()) {
      requested.set(matcher.group(1));
    }
  }

  /**
   * Checks the progress of each source, and wakes those that have another pass to do.
   *
   * @param complete whether all keys can be read now; passes before that count for nothing
   */
  void look(List<Lane> lanes, boolean complete) {
    String next = requested.getAndSet(null);
    if (next != null) {
      id = next;
      lanes.forEach(
          lane -> {
            left.put(lane, PASSES);
            lane.reader().wake();
          });
    }
    if (complete) {
      left.entrySet().removeIf(entry -> isThrough(entry));
    } else {
      left.replaceAll((lane, passes) -> PASSES);
    }
  }

  private static boolean isThrough(Map.Entry<Lane, Integer> entry) {
    Lane lane = entry.getKey();
    if (!lane.isSettled()) {
      return false;
    }
    int passes = entry.getValue() - 1;
    if (passes > 0) {
      entry.setValue(passes);
      lane.reader().wake();
    }
    return passes == 0;
  }

  /** Returns the progress of the last request; null before the first one. */
  @Nullable State state() {
    String current = id;
    if (current == null) {
      return null;
    }
    List<String> waiting = new ArrayList<>();
    left.keySet().forEach(lane -> waiting.add(lane.alias()));
    waiting.sort(null);
    return new State(current, waiting);
  }
}
