package com.voltageems.hissrv.query.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of a series, kept.
 *
 * @param epochMicros its time, or its window's start
 * @param values one per column of the request, in that order: Double, Long, String, Boolean, or
 *     null where there is none; never a number that is not finite
 */
public record Point(long epochMicros, List<@Nullable Object> values) {
  public Point {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
