package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Point;
import java.util.List;

/** What became of a record: points, or the reason why there are none. Nothing is left unsaid. */
public sealed interface Mapped {
  /**
   * The record's points, and what could not become part of them.
   *
   * @param complaints one for each field that is left out, with its name and the reason; usually
   *     empty. The points are to be written and the record is to be reported.
   */
  record Points(List<Point> points, List<String> complaints) implements Mapped {
    public Points {
      points = List.copyOf(points);
      complaints = List.copyOf(complaints);
    }
  }

  /** The record is no sample at all. */
  record Rejected(String reason) implements Mapped {}

  /** An explicit setting says to pass over such a record. */
  record Ignored() implements Mapped {}
}
