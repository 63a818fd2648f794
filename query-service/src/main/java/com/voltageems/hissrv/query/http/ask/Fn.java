package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.function.PointFunction;
import com.voltageems.hissrv.query.function.PointFunctions;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A function over windows.
 *
 * @param text the name by which clients ask for it
 * @param byStore the database's aggregation; null if the function is computed here
 * @param byPoint the computation here; null if the database computes the function
 */
public record Fn(String text, @Nullable Aggregation byStore, @Nullable PointFunction byPoint) {
  public static Fn of(Aggregation aggregation) {
    return new Fn(aggregation.text(), aggregation, null);
  }

  static Optional<Fn> of(String text) {
    return Aggregation.of(text)
        .map(Fn::of)
        .or(() -> PointFunctions.of(text).map(function -> new Fn(text, null, function)));
  }

  /** Returns the names of all functions, for messages. */
  static String all() {
    return Aggregation.all() + ", " + PointFunctions.all();
  }

  boolean accepts(Field field) {
    return byStore == null ? field.isNumeric() : byStore.accepts(field);
  }

  /** Returns whether the function gives numbers for such a field. */
  boolean givesNumber(Field field) {
    boolean chooses = byStore == Aggregation.FIRST || byStore == Aggregation.LAST;
    return !chooses || field.isNumeric();
  }

  /**
   * Returns the unit of the function's values if the points have {@code unit}; empty if there is
   * none.
   */
  public String unit(String unit) {
    if (unit.isEmpty() || byStore == Aggregation.COUNT) {
      return "";
    }
    return byPoint == null ? unit : byPoint.unit(unit);
  }

  boolean isOfOneSeries() {
    return byPoint != null && byPoint.isOfOneSeries();
  }
}
