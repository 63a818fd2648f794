package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Tags and fields that the mapping names but no record of a topic has ever had. An optional tag or
 * field may well be missing at times. A misspelt one would go unnoticed otherwise, and series that
 * differ only in that tag would become one. For the task's thread.
 */
final class AbsentPlaces {
  /** The number of a topic's records after which an absent tag or field is reported. */
  static final int ENOUGH = 100;

  private static final int MOST_SHOWN = 30;

  private final Map<String, Topic> topics = new HashMap<>();
  private final Function<SinkRecord, List<String>> places;
  private final SinkMetrics metrics;
  private final Consumer<String> warn;

  /** What has been found for one topic. */
  private static final class Topic {
    private final Set<String> never;
    private int records;

    Topic(List<String> absent) {
      never = new LinkedHashSet<>(absent);
    }

    int told() {
      return records < ENOUGH ? 0 : never.size();
    }
  }

  /**
   * @param places returns the places where a record has a value
   * @param warn called once for each topic and absent tag or field
   */
  AbsentPlaces(
      Function<SinkRecord, List<String>> places, SinkMetrics metrics, Consumer<String> warn) {
    this.places = places;
    this.metrics = metrics;
    this.warn = warn;
  }

  /**
   * Looks at a record that became one or more points.
   *
   * @param absent the places that the mapping names and this record does not have
   */
  void look(SinkRecord record, List<String> absent) {
    Topic topic = topics.computeIfAbsent(record.topic(), name -> new Topic(absent));
    if (topic.never.isEmpty()) {
      return; // all have been seen
    }
    int before = topic.told();
    topic.never.retainAll(absent);
    if (topic.records < ENOUGH && ++topic.records == ENOUGH) {
      topic.never.forEach(one -> warn.accept(message(one, record)));
    }
    if (before != topic.told()) {
      metrics.placesAbsent(topics.values().stream().mapToInt(Topic::told).sum());
    }
  }

  private String message(String one, SinkRecord record) {
    List<String> has = places.apply(record);
    return one
        + " is in none of the first "
        + ENOUGH
        + " records of topic "
        + record.topic()
        + ", and is left out of their points: series that only a tag distinguishes become "
        + "one. If it is optional, nothing is wrong; otherwise its place may be misspelt; "
        + "the last record has "
        + String.join(", ", has.subList(0, Math.min(MOST_SHOWN, has.size())))
        + (has.size() > MOST_SHOWN ? " and more" : "");
  }
}
