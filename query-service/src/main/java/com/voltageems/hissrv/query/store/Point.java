package com.voltageems.hissrv.query.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of a series, as an immutable object.
 *
 * @param epochMicros its time, or the start of its window
 * @param values one per column of the request, in that order: Double, Long, String, Boolean, or
 *     null if there is no value; never NaN or infinite
 */
public record Point(long epochMicros, List<@Nullable Object> values) {
  public Point {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
