package com.voltageems.hissrv.query.health.pipeline;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How records that Kafka deleted too early are told. Pure. */
final class LostText {
  private LostText() {}

  /** What follows the message; empty where nothing was lost. */
  static String words(LossWatch.Found lost) {
    if (lost.losses().isEmpty()) {
      return "";
    }
    LossWatch.Loss last = lost.losses().get(lost.losses().size() - 1);
    long records = lost.records();
    return "; Kafka deleted "
        + records
        + (records == 1 ? " record" : " records")
        + " before the sink committed "
        + (records == 1 ? "it" : "them")
        + ", last of "
        + last.partition().topic()
        + " partition "
        + last.partition().partition()
        + " offsets "
        + last.from()
        + " to "
        + (last.to() - 1)
        + " (seen "
        + last.since()
        + "): see the topic's retention.ms and retention.bytes";
  }

  static List<Map<String, Object>> shown(LossWatch.Found lost) {
    return lost.losses().stream()
        .<Map<String, Object>>map(
            loss ->
                new TreeMap<>(
                    Map.of(
                        "topic", loss.partition().topic(),
                        "partition", loss.partition().partition(),
                        "from_offset", loss.from(),
                        "to_offset", loss.to() - 1,
                        "since", loss.since().toString())))
        .toList();
  }
}
