package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Fates;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;

/** Refuses lines and fields for good, with a reason that names the refused line or field. */
final class Refuser {
  private final Fates fates;

  Refuser(Fates fates) {
    this.fates = fates;
  }

  /** Refuses all lines of a part. */
  void lines(Part part, RejectReason kind, String reason) {
    part.batch().lines().forEach(line -> line(line, kind, reason));
  }

  void line(Batch.Line line, RejectReason kind, String reason) {
    fates.refused(line.pending(), kind, reason);
    done(line);
  }

  /**
   * Refuses a field. The caller goes on with the rest of the line, or ends the line by {@link
   * #done}.
   */
  void field(OffsetTracker.Pending pending, Point.Field field, String reason) {
    fates.refused(pending, RejectReason.COLUMN, about(field, reason));
  }

  /** Nothing of the line is left to write. */
  void done(Batch.Line line) {
    fates.done(List.of(line));
  }

  /** From now on, one line of this record counts as two. */
  void split(OffsetTracker.Pending pending) {
    fates.split(pending);
  }

  static String about(Point.Field field, String reason) {
    return "field '"
        + field.name()
        + "' ("
        + kind(field.value().kind())
        + ") is refused: "
        + reason;
  }

  private static String kind(FieldValue.Kind kind) {
    return switch (kind) {
      case FLOAT -> "float";
      case INTEGER -> "integer";
      case BOOLEAN -> "boolean";
      case STRING -> "string";
    };
  }

  static RejectReason kind(Cause cause) {
    if (cause instanceof Cause.FieldConflict) {
      return RejectReason.COLUMN;
    }
    if (cause instanceof Cause.TagConflict) {
      return RejectReason.NAME;
    }
    return cause instanceof Cause.BeyondRetention ? RejectReason.RETENTION : RejectReason.OTHER;
  }
}
