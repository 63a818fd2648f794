package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Refused;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Fates;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * Search for the lines and fields that a refusal is about: from its message if that names them,
 * else by halving. In a guilty line it finds the guilty field, so that one text in a column of
 * numbers costs only that text and not the other 49 numbers of the line. What one refusal shows is
 * applied to the rest of the batch at once.
 */
public final class Culprits {
  private final Refuser refuser;
  private final NamedFields fields;
  private final NamedLines lines;
  private final NewSeries series;

  public Culprits(Fates fates) {
    this.refuser = new Refuser(fates);
    this.fields = new NamedFields(refuser);
    this.lines = new NamedLines(refuser);
    this.series = new NewSeries(refuser);
  }

  /**
   * Refuses the guilty lines and fields of the refused part, and puts the rest back onto {@code
   * parts}.
   *
   * @param parts what else is to be sent, in order
   */
  public void find(Part part, Refused refused, Deque<Part> parts) {
    Cause cause = refused.cause();
    if (cause instanceof Cause.SeriesLimit limit) {
      series.find(part, limit, refused.reason(), parts);
      return;
    }
    if (isNamed(part, cause, refused.reason(), parts)) {
      return;
    }
    Point first = part.batch().point(0);
    if (part.size() > 1) {
      part.halveOnto(parts, false);
    } else if (part.oneField() || first.fields().size() == 1) {
      refuse(part, Refuser.kind(cause), Refuser.about(first.fields().get(0), refused.reason()));
    } else {
      splitFields(part, first, refused, parts);
    }
  }

  /** Refuses every line of a part. */
  public void refuse(Part part, RejectReason kind, String reason) {
    refuser.lines(part, kind, reason);
  }

  /**
   * Returns whether the message names the guilty lines or fields; if so, they are refused or asked
   * about alone.
   */
  private boolean isNamed(Part part, Cause cause, String reason, Deque<Part> parts) {
    if (cause instanceof Cause.FieldConflict conflict) {
      return fields.find(part, conflict, reason, parts);
    }
    if (cause instanceof Cause.TagConflict conflict) {
      return lines.findTagged(part, conflict, reason, parts);
    }
    return cause instanceof Cause.BeyondRetention beyond
        && lines.findOld(part, beyond, reason, parts);
  }

  /**
   * Splits one line with several fields: into texts and the rest if it has both, else in halves.
   */
  private void splitFields(Part part, Point point, Refused refused, Deque<Part> parts) {
    Predicate<Point.Field> isText = field -> field.value().kind() == FieldValue.Kind.STRING;
    List<Point.Field> all = point.fields();
    boolean mixed = all.stream().anyMatch(isText) && !all.stream().allMatch(isText);
    if (!mixed && !(refused.cause() instanceof Cause.FieldConflict)) {
      // The line as a whole is refused, and its texts are not the reason.
      refuse(part, Refuser.kind(refused.cause()), refused.reason());
      return;
    }
    List<Point.Field> firstHalf = all.subList(0, all.size() / 2);
    Predicate<Point.Field> second = mixed ? isText : field -> !firstHalf.contains(field);
    Batch.Line line = part.batch().lines().get(0);
    refuser.split(line.pending());
    for (Point half : Arrays.asList(point.only(second), point.only(second.negate()))) {
      if (half != null) {
        Batch one = part.batch().another();
        one.add(line.pending(), half);
        parts.push(part.with(one));
      }
    }
  }
}
