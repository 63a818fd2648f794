package com.voltageems.hissrv.query.health.pipeline;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Describes records that Kafka deleted too early. Pure. */
final class LostText {
  private LostText() {}

  /** Returns the text that follows the message; empty if nothing was lost. */
  static String words(LossWatch.Found lost) {
    return sure(lost) + perhaps(lost);
  }

  private static String sure(LossWatch.Found lost) {
    if (lost.losses().isEmpty()) {
      return "";
    }
    LossWatch.Loss last = lost.losses().get(lost.losses().size() - 1);
    long records = lost.records();
    return (records == 1
            ? "; Kafka deleted 1 record before the sink committed it, last of "
            : "; Kafka deleted " + records + " records before the sink committed them, last of ")
        + place(last)
        + ": see the topic's retention.ms and retention.bytes";
  }

  /**
   * Describes possible losses. A single offset appears only in the detail: it is common if the
   * source writes exactly once.
   */
  private static String perhaps(LossWatch.Found lost) {
    List<LossWatch.Loss> more = lost.perhaps().stream().filter(gap -> gap.records() > 1).toList();
    if (more.isEmpty()) {
      return "";
    }
    return "; Kafka deleted a few offsets before the sink committed them, which may have been"
        + " records or only markers of transactions, last of "
        + place(more.get(more.size() - 1));
  }

  private static String place(LossWatch.Loss loss) {
    return loss.partition().topic()
        + " partition "
        + loss.partition().partition()
        + " offsets "
        + loss.from()
        + " to "
        + (loss.to() - 1)
        + " (seen "
        + loss.since()
        + ")";
  }

  static List<Map<String, Object>> shown(LossWatch.Found lost) {
    return Stream.concat(
            lost.perhaps().stream().map(loss -> shown(loss, false)),
            lost.losses().stream().map(loss -> shown(loss, true)))
        .toList();
  }

  private static Map<String, Object> shown(LossWatch.Loss loss, boolean sure) {
    return new TreeMap<>(
        Map.of(
            "topic", loss.partition().topic(),
            "partition", loss.partition().partition(),
            "from_offset", loss.from(),
            "to_offset", loss.to() - 1,
            "since", loss.since().toString(),
            "sure", sure));
  }
}
