package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Column;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Scope;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Search for fields that a refusal names. InfluxDB names the column, but not the shard (the span of
 * days) in which the column has another type; so the fields that may be meant are sent once more,
 * alone.
 */
final class NamedFields {
  private final Refuser refuser;

  NamedFields(Refuser refuser) {
    this.refuser = refuser;
  }

  /**
   * Takes the named fields out of a part and of everything that is to be sent.
   *
   * @return false if the message names no field, or several could be meant; nothing has changed
   *     then
   */
  boolean find(Part part, Cause.FieldConflict conflict, String reason, Deque<Part> parts) {
    if (part.oneField() && part.size() > 1) {
      return allDropped(part, conflict, reason);
    }
    Column column = column(part.batch(), conflict.readings());
    if (column == null && part.size() == 1 && namesTag(part.batch().point(0), conflict)) {
      refuser.lines(part, RejectReason.NAME, reason); // leaving out a field would not help
      return true;
    }
    if (column == null || (column.scope() == Scope.VALUE && part.size() > 1)) {
      return false;
    }
    takeOut(part, column, reason, parts);
    return true;
  }

  /**
   * Refuses the doubtful fields of lines that have only these, if the database dropped all lines.
   */
  private boolean allDropped(Part part, Cause.FieldConflict conflict, String reason) {
    if (conflict.dropped() != part.size()) {
      return false;
    }
    for (int i = 0; i < part.size(); i++) {
      Batch.Line line = part.batch().lines().get(i);
      refuser.field(line.pending(), part.batch().point(i).fields().get(0), reason);
      refuser.done(line);
    }
    return true;
  }

  private void takeOut(Part part, Column column, String reason, Deque<Part> parts) {
    List<Part> rest = new ArrayList<>(parts);
    parts.clear();
    Batch doubtful = part.batch().another();
    boolean proven = column.scope() == Scope.TABLE || part.size() == 1;
    Batch asked = proven ? null : doubtful;
    addNotEmpty(parts, part.with(without(part.batch(), column, reason, asked)));
    for (Part other : rest) {
      boolean spare =
          other.oneField()
              || column.scope() == Scope.VALUE
              || (column.scope() == Scope.SHARD && proven);
      addNotEmpty(parts, spare ? other : other.with(without(other.batch(), column, reason, asked)));
    }
    if (!doubtful.isEmpty()) {
      parts.addLast(new Part(doubtful, false, true));
    }
  }

  private static void addNotEmpty(Deque<Part> parts, Part part) {
    if (part.size() > 0) {
      parts.addLast(part);
    }
  }

  private static boolean namesTag(Point point, Cause.FieldConflict conflict) {
    return conflict.readings().stream()
        .map(Column::field)
        .anyMatch(
            name ->
                point.tags().stream()
                    .anyMatch(tag -> tag.name().regionMatches(true, 0, name, 0, name.length())));
  }

  /**
   * Returns the reading of a message that fits fields of these lines; null if none fits, or
   * several.
   */
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
   * Returns a batch without the fields that a message means.
   *
   * @param doubtful gets these fields, as lines of their own, so that the database can be asked
   *     whether they are really refused; null if that is certain
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
      if (left != null) {
        cleaned.add(pending, left);
      }
      if (doubtful == null) {
        taken.fields().forEach(field -> refuser.field(pending, field, reason));
        if (left == null) {
          refuser.done(batch.lines().get(i));
        }
      } else {
        doubtful.add(pending, taken);
        if (left != null) {
          refuser.split(pending);
        }
      }
    }
    return changed ? cleaned : batch;
  }
}
