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
 * A coarser copy, as far as it can stand for the samples.
 *
 * @param coverage where it is computed, is kept, and late data is not expected any more
 * @param counted where it is computed and kept, as late data was looked for last
 * @param measurements only these; empty for all
 */
public record Copy(
    Task task, Windows windows, Coverage coverage, Coverage counted, List<String> measurements) {
  public Copy {
    measurements = List.copyOf(measurements);
  }

  /** The name of what keeps it. */
  String policy() {
    return task.target();
  }

  boolean has(String measurement) {
    return !measurement.startsWith(Task.OWN)
        && (measurements.isEmpty() || measurements.contains(measurement));
  }

  /** Whether what it keeps makes the very value that the samples make. */
  boolean gives(Column column) {
    Aggregation function = column.function();
    Field field = column.field();
    if (function == null || !field.isNumeric()) {
      return false;
    }
    return switch (function) {
      case MEAN -> keeps(Aggregation.SUM) && keeps(Aggregation.COUNT);
      case SUM, COUNT -> keeps(function);
      // Of whole numbers these are exact; a copy holds floating point.
      case MIN, MAX -> field.kind() != Field.Kind.INTEGER && keeps(function);
      default -> false;
    };
  }

  private boolean keeps(Aggregation function) {
    return task.output(function).isPresent();
  }

  /** What the field is called there by this function. */
  String field(String base, Aggregation function) {
    return task.output(function)
        .map(Output::alias)
        .map(alias -> base + "_" + alias)
        .orElseThrow(() -> new IllegalArgumentException(function.text()));
  }

  /** Whether this moment is a boundary of its windows. */
  boolean isBoundary(long millis) {
    return windows.floor(millis) == millis;
  }
}
