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
   * @param absent tags and fields that a setting names, and of which the record has nothing: right
   *     where they are optional, and a slip where no record ever has them. With the setting.
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

  /** The record is no sample at all. */
  record Rejected(String reason) implements Mapped {}

  /** An explicit setting says to pass over such a record. */
  record Ignored() implements Mapped {}
}
