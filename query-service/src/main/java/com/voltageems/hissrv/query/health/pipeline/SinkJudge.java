package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ClockGap;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.pipeline.PartitionWatch.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Decides which standstill of the sink is trouble, and describes it. */
final class SinkJudge {
  /** Number of standstills that are examined and named; the rest is only counted. */
  private static final int MOST = 20;

  private static final int MOST_IN_MESSAGE = 3;

  private final String sink;
  private final Duration stuckAfter;
  private final Duration standAfter;

  /**
   * @param stuckAfter after this time a repeated request is trouble
   * @param commitInterval additional time in which an offset without a reported hold may stand
   *     still
   */
  SinkJudge(String sink, Duration stuckAfter, Duration commitInterval) {
    this.sink = sink;
    this.stuckAfter = stuckAfter;
    this.standAfter = stuckAfter.plus(commitInterval);
  }

  /** A partition in trouble; {@code sure} if it is known to have stood still for too long. */
  private record Trouble(Standing standing, Instant since, boolean sure) {}

  /**
   * The other findings of a check.
   *
   * @param reads the topics that it reads, and whether it is there at all to say why it stands
   *     still
   * @param assigned the partitions that its tasks have
   * @param unfound the partitions that its tasks will find when they look for new topics again
   * @param topics what is wrong with the topics that it reads
   * @param others other members that read in its consumer group
   * @param lost records that Kafka deleted before they were committed
   * @param noDeadLetters its dead-letter topic, if that does not exist; else empty
   */
  record Seen(
      SinkTopics reads,
      Set<TopicPartition> assigned,
      Set<TopicPartition> unfound,
      TopicsWatch.Found topics,
      GroupWatch.Found others,
      LossWatch.Found lost,
      String noDeadLetters) {
    /** Returns the additional time in which the partition may stand still. */
    private Duration more(TopicPartition partition) {
      return unfound.contains(partition) ? reads.refresh() : Duration.ZERO;
    }
  }

  Report report(
      Map<String, @Nullable Object> figures,
      List<Standing> standing,
      RecordReader.Lookup records,
      Seen seen,
      Instant now)
      throws ProbeException, InterruptedException {
    List<Trouble> all = new ArrayList<>();
    int looks = 0;
    for (Standing one : standing) {
      Trouble trouble = null;
      if (one.hold() != null) {
        trouble = held(one, now);
      } else if ((one.fromStart() || isSure(one, now)) && looks++ < MOST) {
        trouble = standing(one, records.first(one.partition(), one.offset()), seen, now);
      } else if (isSure(one, now) && isLate(one, one.watchedSince(), seen, now)) {
        trouble = new Trouble(one, one.watchedSince(), true);
      }
      if (trouble != null) {
        all.add(trouble);
      }
    }
    all.sort(
        Comparator.comparing(Trouble::since)
            .thenComparing(trouble -> trouble.standing().partition().toString()));
    Map<String, @Nullable Object> detail = new LinkedHashMap<>(figures);
    detail.put("stuck", all.stream().limit(MOST).map(one -> shown(one, now)).toList());
    detail.put("lost", LostText.shown(seen.lost()));
    boolean sure =
        seen.topics().late()
            || seen.others().late()
            || seen.lost().isOpen()
            || all.stream().anyMatch(Trouble::sure);
    State state = sure ? State.DEGRADED : all.isEmpty() ? State.UP : State.UNKNOWN;
    String words = all.isEmpty() ? moves(figures, standing, seen) : message(all, seen, now);
    String message = told(words, all.isEmpty(), seen.topics());
    List<Gauge> gauges = gauges(figures, all, now);
    gauges.add(
        Gauge.of(
            "hissrv_sink_lost_records",
            "Records that Kafka deleted before the sink connector committed them, since the"
                + " service's start.",
            (double) seen.lost().records()));
    String others = seen.others().late() ? seen.others().words() + "; " : "";
    return new Report(
        state,
        others + message + ofTheFuture(figures.get("last_sync"), now) + LostText.words(seen.lost()),
        detail,
        gauges);
  }

  /**
   * Warns of samples from the future. They may be correct, as in a forecast, or come from a wrong
   * clock; until that time a silence of the devices does not show.
   */
  private static String ofTheFuture(@Nullable Object newest, Instant now) {
    Duration ahead =
        newest instanceof String time ? Duration.between(now, Instant.parse(time)) : Duration.ZERO;
    return ahead.isNegative() || !ClockGap.matters(ahead)
        ? ""
        : "; the newest sample lies "
            + StatusText.length(ahead)
            + " ahead of this machine's clock; until then sync_age cannot show that "
            + "nothing arrives";
  }

  /** Adds what is wrong with the topics; if that is trouble, it stands alone or comes first. */
  private static String told(String message, boolean moves, TopicsWatch.Found found) {
    if (found.words().isEmpty()) {
      return message;
    }
    if (!found.late()) {
      return message + "; " + found.words();
    }
    return moves ? found.words() : found.words() + "; " + message;
  }

  private @Nullable Trouble held(Standing one, Instant now) {
    Duration age = age(one.since(), now);
    return age.compareTo(stuckAfter) < 0 ? null : new Trouble(one, one.since(), true);
  }

  /**
   * Judges a partition for which the task reports no hold. After our own start the first waiting
   * record may show since when it waits; but whether it is being processed is unknown until the
   * offset has had time to move.
   */
  private @Nullable Trouble standing(
      Standing one, RecordReader.@Nullable Waiting first, Seen seen, Instant now) {
    if (first == null) {
      // Offsets without records: nothing waits.
      return null;
    }
    Instant since = one.watchedSince();
    Instant appended = first.appended();
    if (one.fromStart() && appended != null && appended.isBefore(since)) {
      since = appended;
    }
    return isLate(one, since, seen, now) ? new Trouble(one, since, isSure(one, now)) : null;
  }

  private boolean isSure(Standing one, Instant now) {
    return age(one.watchedSince(), now).compareTo(standAfter) >= 0;
  }

  private boolean isLate(Standing one, Instant since, Seen seen, Instant now) {
    return age(since, now).compareTo(standAfter.plus(seen.more(one.partition()))) >= 0;
  }

  private static Duration age(Instant since, Instant now) {
    return Duration.between(since, now);
  }

  private static String moves(
      Map<String, @Nullable Object> figures, List<Standing> standing, Seen seen) {
    long unfound =
        standing.stream()
            .filter(one -> seen.unfound().contains(one.partition()))
            .mapToLong(Standing::waiting)
            .sum();
    return "moves; "
        + figures.get("queue_size")
        + " records wait"
        + (unfound == 0
            ? ""
            : "; "
                + unfound
                + " of them in new topics, which the worker sees within "
                + seen.reads().refresh().toSeconds()
                + " s unless its consumer.metadata.max.age.ms is longer");
  }

  private String message(List<Trouble> all, Seen seen, Instant now) {
    List<String> words = new ArrayList<>();
    for (Trouble trouble : all.subList(0, Math.min(MOST_IN_MESSAGE, all.size()))) {
      words.add(words(trouble, all, seen, now));
    }
    if (all.size() > MOST_IN_MESSAGE) {
      words.add("and " + (all.size() - MOST_IN_MESSAGE) + " more partitions, see /status");
    }
    return String.join("; ", words);
  }

  private String words(Trouble trouble, List<Trouble> all, Seen seen, Instant now) {
    Standing one = trouble.standing();
    String where =
        one.partition().topic()
            + " partition "
            + one.partition().partition()
            + " offset "
            + one.offset();
    String since =
        " for " + StatusText.length(age(trouble.since(), now)) + " (since " + trouble.since() + ")";
    String waiting = one.waiting() + (one.waiting() == 1 ? " record waits" : " records wait");
    SinkHold hold = one.hold();
    if (hold != null) {
      return where
          + " is stuck"
          + since
          + ": "
          + hold.reason()
          + "; tried "
          + hold.tries()
          + " times, "
          + waiting;
    }
    return trouble.sure()
        ? where + " has not moved" + since + ": " + waiting + why(one.partition(), all, seen)
        : where
            + ": "
            + waiting
            + since
            + "; whether it moves is not known yet, this service has just started";
  }

  /** Returns a likely reason if the task reports none. */
  private String why(TopicPartition partition, List<Trouble> all, Seen seen) {
    if (!seen.reads().present()) {
      return "; " + sink + " is not there";
    }
    if (seen.reads().leaves(partition.topic())) {
      return "; "
          + sink
          + " no longer reads that topic: its topics or topics.regex (kafka.topic_prefix of"
          + " hissrv.yml) are others now; with those of before it writes them, until Kafka deletes"
          + " them";
    }
    if (seen.assigned().contains(partition)
        && all.stream().anyMatch(other -> other.standing().hold() != null)) {
      return "; most likely they wait behind the partition that is stuck, with whose records the"
          + " task's memory is full";
    }
    if (seen.assigned().contains(partition) && !seen.noDeadLetters().isEmpty()) {
      return "; there is no topic "
          + seen.noDeadLetters()
          + " for the dead letters of "
          + sink
          + ": its task waits for it with a record that was refused; create it again, and the task"
          + " continues";
    }
    String log = "the worker's log tells why: a right of its user of Kafka may be missing";
    return seen.assigned().contains(partition)
        ? ", and " + sink + " does not say why; " + log + " (Read on the group)"
        : ", and no task of "
            + sink
            + " reads that partition: one of a new topic is read after the worker's"
            + " consumer.metadata.max.age.ms (5 minutes by default); else "
            + log
            + " (Describe and Read on the topic, Read on the group)";
  }

  private static Map<String, @Nullable Object> shown(Trouble trouble, Instant now) {
    Standing one = trouble.standing();
    SinkHold hold = one.hold();
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("topic", one.partition().topic());
    shown.put("partition", one.partition().partition());
    shown.put("offset", one.offset());
    shown.put("since", trouble.since().toString());
    shown.put("stuck_ms", Math.max(0, age(trouble.since(), now).toMillis()));
    shown.put("waiting", one.waiting());
    shown.put("sure", trouble.sure());
    shown.put("tries", hold == null ? null : hold.tries());
    shown.put("reason", hold == null ? null : hold.reason());
    return shown;
  }

  private static List<Gauge> gauges(
      Map<String, @Nullable Object> figures, List<Trouble> all, Instant now) {
    List<Gauge> gauges = new ArrayList<>();
    if (figures.get("processed") instanceof Long processed) {
      gauges.add(
          Gauge.of(
              "hissrv_pipeline_processed",
              "Records committed by the sink connector.",
              (double) processed));
    }
    if (figures.get("queue_size") instanceof Long queued) {
      gauges.add(
          Gauge.of(
              "hissrv_pipeline_queue_size",
              "Records that the sink connector has not committed yet.",
              (double) queued));
    }
    gauges.add(
        Gauge.of(
            "hissrv_sink_stuck_partitions",
            "Partitions that the sink connector cannot get past.",
            all.stream().filter(Trouble::sure).mapToDouble(one -> 1).sum()));
    for (Trouble one : all.subList(0, Math.min(MOST, all.size()))) {
      gauges.add(
          new Gauge(
              "hissrv_sink_stuck_seconds",
              "For how long the sink connector cannot get past a partition's first open record.",
              Map.of(
                  "topic", one.standing().partition().topic(),
                  "partition", Integer.toString(one.standing().partition().partition())),
              age(one.since(), now).toMillis() / 1000.0));
    }
    return gauges;
  }
}
