package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.window.Digits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns that are read from a measurement to write a task's copy, and what is made of them.
 * From the samples they use the database's own functions. From a coarser copy, means are computed
 * from counts and sums, minima from minima, and so on. Pure.
 *
 * @param columns the columns to read
 * @param bases the fields of the samples that the columns belong to, in order
 * @param parts for each column its field and its function
 */
record CopyColumns(Task task, List<Column> columns, List<String> bases, List<Part> parts) {
  /**
   * Largest number of columns in a statement; the columns of one base field always stay together.
   */
  private static final int MOST = 60;

  /** The field of the samples that a column belongs to, and its function. */
  record Part(String base, Aggregation function, boolean text) {}

  CopyColumns {
    columns = List.copyOf(columns);
    bases = List.copyOf(bases);
    parts = List.copyOf(parts);
  }

  /**
   * Returns the columns, in groups of limited size.
   *
   * @param source the task that wrote what is read; null if the samples are read
   */
  static List<CopyColumns> of(Task task, @Nullable Task source, Measurement measurement) {
    List<CopyColumns> groups = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    Set<String> bases = new LinkedHashSet<>();
    for (String base : source == null ? names(measurement) : bases(source, measurement)) {
      int before = columns.size();
      for (Output output : task.outputs()) {
        Optional<Column> column =
            source == null
                ? fromSamples(output, measurement.field(base).orElseThrow())
                : fromCopy(output, base, source, measurement);
        if (column.isPresent()) {
          columns.add(column.get());
          boolean text = !column.get().field().isNumeric();
          parts.add(new Part(base, output.function(), text));
        }
      }
      if (columns.size() > before) {
        bases.add(base);
      }
      if (columns.size() >= MOST) {
        groups.add(new CopyColumns(task, columns, List.copyOf(bases), parts));
        columns.clear();
        parts.clear();
        bases.clear();
      }
    }
    if (!columns.isEmpty()) {
      groups.add(new CopyColumns(task, columns, List.copyOf(bases), parts));
    }
    return groups;
  }

  private static List<String> names(Measurement measurement) {
    return measurement.fields().stream().map(Field::name).toList();
  }

  /** Returns the fields of the samples of which a copy holds anything. */
  private static List<String> bases(Task source, Measurement copy) {
    Set<String> bases = new LinkedHashSet<>();
    for (Field field : copy.fields()) {
      int at = field.name().lastIndexOf('_');
      String alias = field.name().substring(at + 1);
      if (at > 0 && source.outputs().stream().anyMatch(one -> one.alias().equals(alias))) {
        bases.add(field.name().substring(0, at));
      }
    }
    return List.copyOf(bases);
  }

  /**
   * Returns the column to read from the samples. Texts have only a last value. Flags have none,
   * because a database may not know whether a flag was written.
   */
  private static Optional<Column> fromSamples(Output output, Field field) {
    Aggregation function = output.function();
    boolean taken =
        field.isNumeric()
            ? function != Aggregation.MEAN
            : field.kind() == Field.Kind.TEXT && function == Aggregation.LAST;
    return taken ? Optional.of(new Column(field, function, true)) : Optional.empty();
  }

  private static Optional<Column> fromCopy(
      Output output, String base, Task source, Measurement copy) {
    if (output.function() == Aggregation.MEAN) {
      return Optional.empty();
    }
    Aggregation function =
        output.function() == Aggregation.COUNT ? Aggregation.SUM : output.function();
    return source
        .output(output.function())
        .flatMap(kept -> copy.field(kept.field(base)))
        .filter(function::accepts)
        .map(field -> new Column(field, function, true));
  }

  /** Returns the fields of the samples of which a copy holds nothing. */
  static List<String> leftOut(Task task, Measurement samples) {
    return samples.fields().stream()
        .filter(
            field -> task.outputs().stream().noneMatch(one -> fromSamples(one, field).isPresent()))
        .map(Field::name)
        .toList();
  }

  /** Returns the fields to write. */
  List<Field> written() {
    List<Field> fields = new ArrayList<>();
    for (String base : bases) {
      for (Output output : task.outputs()) {
        int at = column(base, output.function());
        if (output.function() == Aggregation.MEAN
            ? column(base, Aggregation.COUNT) >= 0
            : at >= 0) {
          Field.Kind kind =
              output.function() == Aggregation.COUNT
                  ? Field.Kind.INTEGER
                  : at >= 0 && parts.get(at).text() ? Field.Kind.TEXT : Field.Kind.NUMBER;
          fields.add(new Field(output.field(base), kind));
        }
      }
    }
    return fields;
  }

  private int column(String base, Aggregation function) {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).base().equals(base) && parts.get(i).function() == function) {
        return i;
      }
    }
    return -1;
  }

  /** Computes the values of {@link #written} from a row that was read. */
  List<@Nullable Object> values(Row row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (String base : bases) {
      int count = column(base, Aggregation.COUNT);
      int sum = column(base, Aggregation.SUM);
      for (Output output : task.outputs()) {
        int at = column(base, output.function());
        switch (output.function()) {
          case MEAN -> {
            if (count >= 0) {
              double samples = row.asDouble(count);
              values.add(samples > 0 ? number(row.asDouble(sum) / samples, true) : null);
            }
          }
          case COUNT -> {
            if (at >= 0) {
              double samples = row.asDouble(at);
              values.add(samples > 0 ? (Object) Math.round(samples) : null);
            }
          }
          default -> {
            if (at >= 0) {
              values.add(
                  parts.get(at).text()
                      ? row.value(at)
                      : number(row.asDouble(at), output.function() == Aggregation.STDDEV));
            }
          }
        }
      }
    }
    return values;
  }

  private static @Nullable Object number(double value, boolean rounded) {
    return Double.isFinite(value) ? (Object) (rounded ? Digits.computed(value) : value) : null;
  }
}
