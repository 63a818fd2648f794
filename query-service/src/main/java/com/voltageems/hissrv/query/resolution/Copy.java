package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;

/**
 * A coarser copy, with the time in which it can replace the samples.
 *
 * @param coverage where it is computed and kept, and late data is no longer expected
 * @param counted where it is computed and kept, up to the last look for late data
 * @param measurements only these; empty for all
 */
public record Copy(
    Task task, Windows windows, Coverage coverage, Coverage counted, List<String> measurements) {
  public Copy {
    measurements = List.copyOf(measurements);
  }

  /** Returns the name of the policy that keeps it. */
  String policy() {
    return task.target();
  }

  boolean has(String measurement) {
    return !measurement.startsWith(Task.OWN)
        && (measurements.isEmpty() || measurements.contains(measurement));
  }

  /** Returns true if the copy yields exactly the same value as the samples. */
  boolean gives(Column column) {
    Aggregation function = column.function();
    Field field = column.field();
    if (function == null || !field.isNumeric()) {
      return false;
    }
    return switch (function) {
      case MEAN -> keeps(Aggregation.SUM) && keeps(Aggregation.COUNT);
      case SUM, COUNT -> keeps(function);
      // Integers have exact minima and maxima, but a copy stores floating point.
      case MIN, MAX -> field.kind() != Field.Kind.INTEGER && keeps(function);
      default -> false;
    };
  }

  private boolean keeps(Aggregation function) {
    return task.output(function).isPresent();
  }

  /** Returns the name of the copy's field for this field and function. */
  String field(String base, Aggregation function) {
    return task.output(function)
        .map(Output::alias)
        .map(alias -> base + "_" + alias)
        .orElseThrow(() -> new IllegalArgumentException(function.text()));
  }

  /** Returns true if this moment is a boundary of its windows. */
  boolean isBoundary(long millis) {
    return windows.floor(millis) == millis;
  }
}
