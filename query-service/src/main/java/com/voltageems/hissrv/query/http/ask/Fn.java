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
 * @param text as it is asked for
 * @param byStore what the database computes; null for one that is computed here
 * @param byPoint what is computed here; null for the database's
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

  /** For messages. */
  static String all() {
    return Aggregation.all() + ", " + PointFunctions.all();
  }

  boolean accepts(Field field) {
    return byStore == null ? field.isNumeric() : byStore.accepts(field);
  }

  /** Whether its values of such a field are numbers. */
  boolean givesNumber(Field field) {
    boolean chooses = byStore == Aggregation.FIRST || byStore == Aggregation.LAST;
    return !chooses || field.isNumeric();
  }

  /** The unit of its values, where that of the points is {@code unit}; empty for none. */
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
