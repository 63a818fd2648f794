package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Column;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Scope;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a refusal is about: from its message where that names it, else by halving; and of a
 * guilty line the guilty field, so that one text in a column of numbers costs that text and not the
 * other 49 numbers. What one refusal tells is applied to the rest of the batch at once.
 */
final class Culprits {
  private final Delivery.Progress progress;

  Culprits(Delivery.Progress progress) {
    this.progress = progress;
  }

  /**
   * Refuses what is guilty of the refused part, and puts the rest back.
   *
   * @param parts what else is to be sent, in order
   */
  void find(Part part, WriteOutcome.Refused refused, Deque<Part> parts) {
    Cause cause = refused.cause();
    boolean found =
        cause instanceof Cause.FieldConflict conflict
            ? findFields(part, conflict, refused.reason(), parts)
            : cause instanceof Cause.TagConflict conflict
                ? findTagged(part, conflict, refused.reason(), parts)
                : cause instanceof Cause.BeyondRetention beyond
                    && findOld(part, beyond, refused.reason(), parts);
    if (found) {
      return;
    }
    if (part.size() > 1) {
      part.halveOnto(parts, false);
    } else if (part.oneField() || part.batch().point(0).fields().size() == 1) {
      refuse(
          part,
          kind(cause),
          about(part.batch().point(0).fields().get(0)) + " is refused: " + refused.reason());
    } else {
      splitFields(part, refused, parts);
    }
  }

  /** Does what a screen has found about a line, and appends what is left of it. */
  void judged(Batch batch, int index, Screen.Verdict verdict, Batch passed) {
    Batch.Line line = batch.lines().get(index);
    if (verdict.refusal() != null) {
      refuse(line, RejectReason.NAME, verdict.refusal());
      return;
    }
    if (verdict.leftOut().isEmpty()) {
      passed.copy(batch, index);
      return;
    }
    for (Screen.Reason reason : verdict.leftOut()) {
      progress.refused(
          line.pending(), RejectReason.NAME, "field '" + reason.field() + "' " + reason.why());
    }
    Point left = batch.point(index).only(field -> !verdict.leavesOut(field));
    if (left == null) {
      progress.done(List.of(line));
    } else {
      passed.add(line.pending(), left, unused -> left);
    }
  }

  void refuse(Part part, RejectReason kind, String reason) {
    part.batch().lines().forEach(line -> refuse(line, kind, reason));
  }

  private void refuse(Batch.Line line, RejectReason kind, String reason) {
    progress.refused(line.pending(), kind, reason);
    progress.done(List.of(line));
  }

  private boolean findFields(
      Part part, Cause.FieldConflict conflict, String reason, Deque<Part> parts) {
    if (part.oneField() && part.size() > 1) {
      if (conflict.dropped() != part.size()) {
        return false;
      }
      for (int i = 0; i < part.size(); i++) {
        Point.Field field = part.batch().point(i).fields().get(0);
        refuse(
            part.batch().lines().get(i),
            RejectReason.COLUMN,
            about(field) + " is refused: " + reason);
      }
      return true;
    }
    Column column = column(part.batch(), conflict.readings());
    if (column == null && part.size() == 1 && namesTag(part.batch().point(0), conflict)) {
      refuse(part, RejectReason.NAME, reason); // no field could be left out to mend that
      return true;
    }
    if (column == null || (column.scope() == Scope.VALUE && part.size() > 1)) {
      return false;
    }
    List<Part> rest = new ArrayList<>(parts);
    parts.clear();
    Batch doubtful = part.batch().another();
    boolean proven = column.scope() == Scope.TABLE || part.size() == 1;
    addNotEmpty(parts, part.with(without(part.batch(), column, reason, proven ? null : doubtful)));
    for (Part other : rest) {
      boolean spare =
          other.oneField()
              || column.scope() == Scope.VALUE
              || (column.scope() == Scope.SHARD && proven);
      addNotEmpty(
          parts,
          spare
              ? other
              : other.with(without(other.batch(), column, reason, proven ? null : doubtful)));
    }
    if (!doubtful.isEmpty()) {
      parts.addLast(new Part(doubtful, false, true));
    }
    return true;
  }

  private static boolean namesTag(Point point, Cause.FieldConflict conflict) {
    return conflict.readings().stream()
        .anyMatch(
            reading ->
                point.tags().stream()
                    .anyMatch(
                        tag ->
                            tag.name()
                                .regionMatches(
                                    true, 0, reading.field(), 0, reading.field().length())));
  }

  private static void addNotEmpty(Deque<Part> parts, Part part) {
    if (part.size() > 0) {
      parts.addLast(part);
    }
  }

  /** The reading of a message that fits fields of these lines; null when none does, or several. */
  private static @Nullable Column column(Batch batch, List<Column> readings) {
    Column only = null;
    for (Column reading : readings) {
      boolean fits = false;
      for (int i = 0; i < batch.size() && !fits; i++) {
        Point point = batch.point(i);
        fits = point.fields().stream().anyMatch(field -> reading.fits(point, field));
      }
      if (fits && only != null) {
        return null;
      }
      only = fits ? reading : only;
    }
    return only;
  }

  /**
   * A batch without the fields that a message means.
   *
   * @param doubtful takes these fields, as lines of their own, to ask whether they are really
   *     refused; null when that is certain
   */
  private Batch without(Batch batch, Column column, String reason, @Nullable Batch doubtful) {
    Batch cleaned = batch.another();
    boolean changed = false;
    for (int i = 0; i < batch.size(); i++) {
      Point point = batch.point(i);
      Predicate<Point.Field> guilty = field -> column.fits(point, field);
      Point taken = point.only(guilty);
      if (taken == null) {
        cleaned.copy(batch, i);
        continue;
      }
      changed = true;
      Point left = point.only(guilty.negate());
      OffsetTracker.Pending pending = batch.lines().get(i).pending();
      if (doubtful == null) {
        taken
            .fields()
            .forEach(
                field ->
                    progress.refused(
                        pending, RejectReason.COLUMN, about(field) + " is refused: " + reason));
      } else {
        doubtful.add(pending, taken, unused -> taken);
      }
      if (left != null) {
        cleaned.add(pending, left, unused -> left);
      }
      if (left != null && doubtful != null) {
        progress.split(pending);
      } else if (left == null && doubtful == null) {
        progress.done(List.of(batch.lines().get(i)));
      }
    }
    return changed ? cleaned : batch;
  }

  /** Refuses every line that has the tag: without it, it would be another series. */
  private boolean findTagged(
      Part part, Cause.TagConflict conflict, String reason, Deque<Part> parts) {
    List<Part> all = new ArrayList<>();
    all.add(part);
    all.addAll(parts);
    parts.clear();
    boolean found = false;
    for (Part each : all) {
      Batch left = each.batch().another();
      for (int i = 0; i < each.size(); i++) {
        Point point = each.batch().point(i);
        boolean tagged =
            point.measurement().equalsIgnoreCase(conflict.measurement())
                && point.tags().stream()
                    .anyMatch(tag -> tag.name().equalsIgnoreCase(conflict.tag()));
        if (tagged) {
          found = true;
          refuse(
              each.batch().lines().get(i),
              RejectReason.NAME,
              "tag '" + conflict.tag() + "' is refused: " + reason);
        } else {
          left.copy(each.batch(), i);
        }
      }
      addNotEmpty(parts, each.with(left));
    }
    if (!found) {
      parts.removeFirst();
    }
    return found;
  }

  private boolean findOld(
      Part part, Cause.BeyondRetention beyond, String reason, Deque<Part> parts) {
    Long oldest = oldestKept(part.batch(), beyond);
    if (oldest == null) {
      return false;
    }
    List<Part> all = new ArrayList<>();
    all.add(part);
    all.addAll(parts);
    parts.clear();
    for (Part each : all) {
      Batch young = each.batch().only(line -> line.epochNanos() >= oldest);
      each.batch().lines().stream()
          .filter(line -> line.epochNanos() < oldest)
          .forEach(line -> refuse(line, RejectReason.RETENTION, reason));
      addNotEmpty(parts, each.with(young));
    }
    return true;
  }

  /** The oldest time that passes, when the answer tells it and a line is older; else null. */
  private static @Nullable Long oldestKept(Batch batch, Cause.BeyondRetention beyond) {
    long[] times = batch.lines().stream().mapToLong(Batch.Line::epochNanos).sorted().toArray();
    if (times.length == 1) {
      return times[0] + 1;
    }
    if (beyond.bound() != null) {
      long bound = nanos(beyond.bound());
      return times[0] < bound ? Long.valueOf(bound) : null;
    }
    // So many are too old: the oldest ones, unless one of their times is that of a line kept.
    int dropped = beyond.dropped();
    boolean clear =
        dropped > 0
            && dropped <= times.length
            && (dropped == times.length || times[dropped] > times[dropped - 1]);
    return clear ? Long.valueOf(times[dropped - 1] + 1) : null;
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** One line with several fields: texts apart from the rest if there are both, else in halves. */
  private void splitFields(Part part, WriteOutcome.Refused refused, Deque<Part> parts) {
    OffsetTracker.Pending pending = part.batch().lines().get(0).pending();
    Point point = part.batch().point(0);
    Predicate<Point.Field> isText = field -> field.value().kind() == FieldValue.Kind.STRING;
    List<Point.Field> fields = point.fields();
    boolean mixed = fields.stream().anyMatch(isText) && !fields.stream().allMatch(isText);
    if (!mixed && !(refused.cause() instanceof Cause.FieldConflict)) {
      // The line as such is refused, and texts are not the reason.
      refuse(part, kind(refused.cause()), refused.reason());
      return;
    }
    List<Point.Field> firstHalf = fields.subList(0, fields.size() / 2);
    Predicate<Point.Field> second = mixed ? isText : field -> !firstHalf.contains(field);
    progress.split(pending);
    for (Point half : Arrays.asList(point.only(second), point.only(second.negate()))) {
      if (half != null) {
        Batch line = part.batch().another();
        line.add(pending, half, unused -> half);
        parts.push(part.with(line));
      }
    }
  }

  private static RejectReason kind(Cause cause) {
    if (cause instanceof Cause.FieldConflict) {
      return RejectReason.COLUMN;
    }
    if (cause instanceof Cause.TagConflict) {
      return RejectReason.NAME;
    }
    return cause instanceof Cause.BeyondRetention ? RejectReason.RETENTION : RejectReason.OTHER;
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
