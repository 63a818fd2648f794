package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Column;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Brings one batch to its end: every line is written, or refused with a reason, before {@link
 * #deliver} returns.
 *
 * <ul>
 *   <li>What may pass later is tried again, with growing pauses, as long as the settings allow.
 *   <li>What is too long is halved.
 *   <li>Of refused lines the guilty ones are found by halving, and of a guilty line the guilty
 *       field, so that one text in a column of numbers costs that text and not the other 49
 *       numbers. A conflict found once is applied to the rest of the batch at once.
 * </ul>
 *
 * Lines are written in their order. For one thread at a time.
 */
final class Delivery {
  private final InfluxWriter writer;
  private final Backoff backoff;
  private final @Nullable Duration retryMaxTime;
  private final RandomGenerator random;
  private final Progress progress;

  /**
   * @param retryMaxTime how long one request is retried, null for ever
   */
  Delivery(
      InfluxWriter writer,
      Backoff backoff,
      @Nullable Duration retryMaxTime,
      RandomGenerator random,
      Progress progress) {
    this.writer = writer;
    this.backoff = backoff;
    this.retryMaxTime = retryMaxTime;
    this.random = random;
    this.progress = progress;
  }

  /** What the one who asked learns, in the thread that delivers. */
  interface Progress {
    /** A clock for durations. */
    long nanoTime();

    /** The database has these lines. */
    void written(Batch batch, Duration took);

    /** A line, or a field of it, is refused for good. */
    void refused(OffsetTracker.Pending pending, String reason);

    /** These lines are done: nothing of them is left to write. Called once for each line. */
    void done(List<Batch.Line> lines);

    /** One line of this record is two from now on. */
    void split(OffsetTracker.Pending pending);

    /** A request was too long. */
    void tooLarge(int lines);

    /**
     * A request failed and is tried again after the pause; returns when it is over.
     *
     * @throws InterruptedException when there is to be no further try
     */
    void pause(Duration pause, String reason) throws InterruptedException;

    /** Whether the database has accepted a request of this task before. */
    boolean hasWritten();
  }

  /**
   * @throws ConnectException when a setting or the database has to be changed, or the time for
   *     retries is over; lines without an answer have none
   * @throws InterruptedException when the task stops
   */
  void deliver(Batch batch) throws InterruptedException {
    Deque<Batch> parts = new ArrayDeque<>();
    List<Suspect> suspects = new ArrayList<>();
    boolean anyWritten = false;
    parts.push(batch);
    while (!parts.isEmpty()) {
      Batch part = parts.pop();
      WriteOutcome outcome = attempt(part);
      if (outcome instanceof WriteOutcome.Written) {
        anyWritten = true;
      } else if (outcome instanceof WriteOutcome.TooLarge tooLarge) {
        progress.tooLarge(part.size());
        if (part.size() == 1) {
          refuse(part, tooLarge.reason());
        } else {
          halve(part, parts);
        }
      } else if (outcome instanceof WriteOutcome.Refused refused) {
        if (refused.cause() instanceof Cause.Unknown && part.size() == 1) {
          suspects.add(new Suspect(part, refused.reason()));
        } else {
          afterRefusal(part, refused, parts);
        }
      }
    }
    boolean aboutLines = anyWritten || (suspects.size() == 1 && progress.hasWritten());
    for (Suspect suspect : suspects) {
      if (!aboutLines) {
        throw suspect.failure();
      }
      refuse(suspect.line(), suspect.reason());
    }
  }

  /**
   * A line that was refused with an answer of unknown meaning. Only if others pass is it the line's
   * fault; if none does it is rather a wrong setting, and records must not be given up for it.
   */
  private record Suspect(Batch line, String reason) {
    ConnectException failure() {
      return new ConnectException(
          "the database refuses "
              + line.lines().get(0).pending().where()
              + " and all that was sent with it, with an answer of unknown meaning: "
              + reason
              + "; check "
              + InfluxSinkConfig.URL_CONFIG
              + " and "
              + InfluxSinkConfig.VERSION_CONFIG);
    }
  }

  /** Tries until there is an answer that a further try would not change. */
  private WriteOutcome attempt(Batch part) throws InterruptedException {
    long first = progress.nanoTime();
    for (int attempt = 1; ; attempt++) {
      // Partitions may have gone to another task meanwhile, which writes them now.
      Batch ours = part.only(line -> !line.pending().tracker().isClosed());
      if (ours.isEmpty()) {
        return new WriteOutcome.Written();
      }
      long start = progress.nanoTime();
      WriteOutcome outcome = writer.write(ours.destination(), ours.array(), ours.byteCount());
      if (outcome instanceof WriteOutcome.Written) {
        progress.written(ours, Duration.ofNanos(progress.nanoTime() - start));
        progress.done(ours.lines());
        return outcome;
      }
      if (outcome instanceof WriteOutcome.Fatal fatal) {
        throw new ConnectException("the database refuses every write: " + fatal.reason());
      }
      if (!(outcome instanceof WriteOutcome.Retry retry)) {
        return outcome;
      }
      Duration tried = Duration.ofNanos(progress.nanoTime() - first);
      if (retryMaxTime != null && tried.compareTo(retryMaxTime) >= 0) {
        throw new ConnectException(
            "gave up after "
                + tried.toMillis()
                + " ms of retries ("
                + InfluxSinkConfig.RETRY_MAX_TIME_CONFIG
                + "): "
                + retry.reason());
      }
      Duration pause = backoff.after(attempt, random);
      Duration asked = retry.after();
      progress.pause(asked != null && asked.compareTo(pause) > 0 ? asked : pause, retry.reason());
    }
  }

  private void afterRefusal(Batch part, WriteOutcome.Refused refused, Deque<Batch> parts) {
    Cause cause = refused.cause();
    if (cause instanceof Cause.FieldConflict conflict && conflict.column().isPresent()) {
      Predicate<Point.Field> guilty = guilty(conflict.column().get());
      String measurement = conflict.column().get().measurement();
      if (leaveOut(part, measurement, guilty, refused.reason(), parts)) {
        return;
      }
    }
    if (part.size() > 1) {
      halve(part, parts);
      return;
    }
    Point point = part.point(0);
    if (cause instanceof Cause.BeyondRetention) {
      refuse(part, refused.reason());
      refuseOlder(point.epochMillis(), refused.reason(), parts);
    } else if (point.fields().size() == 1) {
      refuse(part, about(point, refused.reason()));
    } else if (cause instanceof Cause.FieldConflict conflict && conflict.column().isPresent()) {
      // It names no field of this line, but a tag: no field could be left out to mend that.
      refuse(part, refused.reason());
    } else {
      splitFields(part, point, refused, parts);
    }
  }

  private static Predicate<Point.Field> guilty(Column column) {
    // QuestDB's column names have no case.
    return field ->
        field.name().equalsIgnoreCase(column.field())
            && (column.kind() == null || field.value().kind() == column.kind());
  }

  /**
   * Takes the guilty field out of every line of the batch; false when no line has it, and the
   * message therefore means something else.
   */
  private boolean leaveOut(
      Batch part,
      String measurement,
      Predicate<Point.Field> guilty,
      String reason,
      Deque<Batch> parts) {
    boolean ofPart = false;
    List<Batch> rest = new ArrayList<>();
    rest.add(part);
    rest.addAll(parts);
    parts.clear();
    for (int i = 0; i < rest.size(); i++) {
      Batch cleaned = without(rest.get(i), measurement, guilty, reason);
      ofPart |= i == 0 && cleaned != part;
      if (!cleaned.isEmpty()) {
        parts.addLast(cleaned);
      }
    }
    if (!ofPart) {
      parts.removeFirst();
    }
    return ofPart;
  }

  private Batch without(
      Batch batch, String measurement, Predicate<Point.Field> guilty, String reason) {
    Batch cleaned = batch.another();
    boolean changed = false;
    for (int i = 0; i < batch.size(); i++) {
      Point point = batch.point(i);
      OffsetTracker.Pending pending = batch.lines().get(i).pending();
      boolean concerned =
          point.measurement().equalsIgnoreCase(measurement)
              && point.fields().stream().anyMatch(guilty);
      if (!concerned) {
        cleaned.copy(batch, i);
        continue;
      }
      changed = true;
      point.fields().stream()
          .filter(guilty)
          .forEach(field -> progress.refused(pending, about(field) + " is refused: " + reason));
      Point left = point.only(guilty.negate());
      if (left == null) {
        progress.done(List.of(batch.lines().get(i)));
      } else {
        cleaned.add(pending, left, unused -> left);
      }
    }
    return changed ? cleaned : batch;
  }

  /** What is older than a point that was too old is too old as well. */
  private void refuseOlder(long epochMillis, String reason, Deque<Batch> parts) {
    List<Batch> rest = new ArrayList<>(parts);
    parts.clear();
    for (Batch batch : rest) {
      Set<Batch.Line> old = new LinkedHashSet<>();
      for (int i = 0; i < batch.size(); i++) {
        if (batch.point(i).epochMillis() <= epochMillis) {
          old.add(batch.lines().get(i));
        }
      }
      old.forEach(line -> refuse(line, reason));
      Batch young = batch.only(line -> !old.contains(line));
      if (!young.isEmpty()) {
        parts.addLast(young);
      }
    }
  }

  /** One line with several fields: texts apart from the rest if there are both, else in halves. */
  private void splitFields(
      Batch part, Point point, WriteOutcome.Refused refused, Deque<Batch> parts) {
    OffsetTracker.Pending pending = part.lines().get(0).pending();
    Predicate<Point.Field> isText = field -> field.value().kind() == FieldValue.Kind.STRING;
    List<Point.Field> fields = point.fields();
    boolean mixed = fields.stream().anyMatch(isText) && !fields.stream().allMatch(isText);
    List<Point.Field> firstHalf = fields.subList(0, fields.size() / 2);
    Predicate<Point.Field> second = mixed ? isText : field -> !firstHalf.contains(field);
    if (!mixed && !(refused.cause() instanceof Cause.FieldConflict)) {
      // The line as such is refused, and texts are not the reason.
      refuse(part, refused.reason());
      return;
    }
    progress.split(pending);
    push(part, pending, point.only(second), parts);
    push(part, pending, point.only(second.negate()), parts);
  }

  private static void push(
      Batch from, OffsetTracker.Pending pending, @Nullable Point point, Deque<Batch> parts) {
    if (point != null) {
      Batch line = from.another();
      line.add(pending, point, unused -> point);
      parts.push(line);
    }
  }

  private static void halve(Batch part, Deque<Batch> parts) {
    int middle = part.size() / 2;
    parts.push(part.part(middle, part.size()));
    parts.push(part.part(0, middle));
  }

  private void refuse(Batch part, String reason) {
    refuse(part.lines().get(0), reason);
  }

  private void refuse(Batch.Line line, String reason) {
    progress.refused(line.pending(), reason);
    progress.done(List.of(line));
  }

  private static String about(Point point, String reason) {
    return about(point.fields().get(0)) + " is refused: " + reason;
  }

  private static String about(Point.Field field) {
    return "field '" + field.name() + "' (" + kind(field.value().kind()) + ")";
  }

  private static String kind(FieldValue.Kind kind) {
    return switch (kind) {
      case FLOAT -> "float";
      case INTEGER -> "integer";
      case BOOLEAN -> "boolean";
      case STRING -> "string";
    };
  }
}
