package com.voltageems.hissrv.influx.sink;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.voltageems.hissrv.influx.batch.Trouble;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reports of what holds partitions up: in the metadata of the committed offsets (docs/status.md),
 * which query-service reads, and in the metrics. For the task's thread.
 */
final class Standstills {
  private static final int MAX_REASON = 300;
  private static final int MAX_METADATA = 1000;
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private final int task;
  private Set<TopicPartition> stuck = Set.of();

  Standstills(int task) {
    this.task = task;
  }

  /**
   * Takes note of the current troubles.
   *
   * @return whether a partition has become stuck or free since the last call
   */
  boolean update(List<Trouble> troubles) {
    Set<TopicPartition> now = new HashSet<>();
    troubles.forEach(trouble -> now.addAll(trouble.firstOffsets().keySet()));
    boolean changed = !now.equals(stuck);
    stuck = now;
    return changed;
  }

  /** Returns the trouble that began first; null if there is none. */
  static @Nullable Trouble oldest(List<Trouble> troubles) {
    Trouble oldest = null;
    for (Trouble trouble : troubles) {
      if (oldest == null || trouble.sinceMillis() < oldest.sinceMillis()) {
        oldest = trouble;
      }
    }
    return oldest;
  }

  /** Returns the commit metadata of a partition; empty if nothing holds it up. */
  String metadata(TopicPartition partition, List<Trouble> troubles) {
    Trouble first = null;
    long offset = Long.MAX_VALUE;
    for (Trouble trouble : troubles) {
      Long candidate = trouble.firstOffsets().get(partition);
      if (candidate != null && candidate < offset) {
        first = trouble;
        offset = candidate;
      }
    }
    return first == null ? "" : json(first, offset);
  }

  private String json(Trouble trouble, long offset) {
    JsonObject object = new JsonObject();
    object.addProperty("version", 1);
    object.addProperty("task", task);
    object.addProperty("since", trouble.sinceMillis());
    object.addProperty("tries", trouble.tries());
    object.addProperty("offset", offset);
    String text = "";
    int length = MAX_REASON;
    do {
      object.addProperty("reason", begin(trouble.reason(), length));
      text = JSON.toJson(object);
      length /= 2; // escaped characters make the JSON longer than the reason
    } while (text.length() > MAX_METADATA && length > 0);
    return text;
  }

  private static String begin(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
    return text.substring(0, end);
  }
}
