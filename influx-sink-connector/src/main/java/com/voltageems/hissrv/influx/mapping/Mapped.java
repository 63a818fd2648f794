package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Point;
import java.util.List;

/**
 * The result for a record: points, or the reason why there are none. Nothing is left unreported.
 */
public sealed interface Mapped {
  /**
   * The record's points, and whatever could not become part of them.
   *
   * @param complaints one for each field that is left out, with its name and the reason; usually
   *     empty. If there are any, the points are written and the record is reported.
   * @param absent tags and fields that a setting names and the record does not have, each with the
   *     name of its setting: fine if they are optional, a mistake if no record ever has them.
   */
  record Points(List<Point> points, List<String> complaints, List<String> absent)
      implements Mapped {
    public Points {
      points = List.copyOf(points);
      complaints = List.copyOf(complaints);
      absent = List.copyOf(absent);
    }

    public Points(List<Point> points, List<String> complaints) {
      this(points, complaints, List.of());
    }
  }

  /** The record is not a sample. */
  record Rejected(String reason) implements Mapped {}

  /** An explicit setting says that such a record is passed over. */
  record Ignored() implements Mapped {}
}
