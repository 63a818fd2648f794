package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes windows of a task and writes those that its copy does not yet hold with the same values.
 * It does not write again what is already right, so a repetition costs only the reading.
 */
final class Copier {
  static final String OWN = Task.OWN;

  private static final int ALL = Integer.MAX_VALUE - 1000;
  private static final int BATCH = 5000;

  private final Tiers tiers;
  private final StoragePlan plan;
  private final ZoneId zone;
  private final Duration timeout;

  /** The result of a run. */
  record Done(long rows, long written, Set<String> leftOut) {}

  /** Thrown if the copier was told to stop; the rows written so far are valid. */
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super("stopped");
    }
  }

  /**
   * @param timeout longest time of one query to the database
   */
  Copier(Tiers tiers, StoragePlan plan, ZoneId zone, Duration timeout) {
    this.tiers = tiers;
    this.plan = plan;
    this.zone = zone;
    this.timeout = timeout;
  }

  /**
   * Computes all windows from {@code start} to {@code end}, which are window boundaries.
   *
   * @param goOn checked repeatedly
   * @throws StoppedException if {@code goOn} returns false
   */
  Done copy(Task task, long start, long end, BooleanSupplier goOn) {
    Tier source = plan.tier(task.source());
    Task earlier = plan.into(task.source()).orElse(null);
    Policy target = plan.policy(task.target()).orElseThrow();
    Set<String> leftOut = new TreeSet<>();
    long rows = 0;
    long written = 0;
    for (Map.Entry<String, Measurement> one : tiers.measurements(source, soon()).entrySet()) {
      String name = one.getKey();
      boolean wanted = target.measurements().isEmpty() || target.measurements().contains(name);
      if (name.startsWith(OWN) || !wanted) {
        continue;
      }
      if (earlier == null) {
        CopyColumns.leftOut(task, one.getValue()).forEach(field -> leftOut.add(name + "." + field));
      }
      for (CopyColumns columns : CopyColumns.of(task, earlier, one.getValue())) {
        if (!goOn.getAsBoolean()) {
          throw new StoppedException();
        }
        Writing writing = new Writing(name, one.getValue(), columns, plan.wish(target));
        writing.run(source, task.windows(zone), start, end);
        rows += writing.rows;
        written += writing.written;
      }
    }
    return new Done(rows, written, leftOut);
  }

  private Deadline soon() {
    return Deadline.in(timeout);
  }

  /** Identifies a row in a copy. */
  private record Place(long epochMillis, List<String> key) {}

  /** Computes and writes the windows of some fields of one measurement. */
  private final class Writing {
    private final String name;
    private final Measurement measurement;
    private final CopyColumns columns;
    private final Wish wish;
    private final List<Field> fields;
    private final List<TierRow> waiting = new ArrayList<>();
    private long rows;
    private long written;

    Writing(String name, Measurement measurement, CopyColumns columns, Wish wish) {
      this.name = name;
      this.measurement = measurement;
      this.columns = columns;
      this.wish = wish;
      this.fields = columns.written();
    }

    void run(Tier source, Windows windows, long start, long end) {
      Map<Place, List<@Nullable Object>> there = there(start, end);
      HistoryQuery query =
          new HistoryQuery(
              new Selection(measurement, List.of(), start, end),
              columns.columns(),
              windows,
              measurement.tags(),
              false,
              ALL);
      tiers
          .store(source)
          .sweep(
              query,
              soon(),
              row -> {
                long time = Math.floorDiv(row.epochMicros(), 1000L);
                List<@Nullable Object> values = columns.values(row);
                rows++;
                if (!values.equals(there.get(new Place(time, row.key())))) {
                  waiting.add(new TierRow(time, row.key(), values));
                }
                return true;
              });
      for (int i = 0; i < waiting.size(); i += BATCH) {
        List<TierRow> some = waiting.subList(i, Math.min(waiting.size(), i + BATCH));
        tiers.write(wish, new TierRows(name, measurement.tags(), fields, some), soon());
        written += some.size();
      }
    }

    /**
     * Returns the copy's existing rows of these windows, with keys in the order of the source's
     * tags.
     */
    private Map<Place, List<@Nullable Object>> there(long start, long end) {
      Map<Place, List<@Nullable Object>> there = new HashMap<>();
      Measurement copy = tiers.measurement(wish.tier(), name, soon());
      if (copy == null) {
        return there;
      }
      List<Field> known = new ArrayList<>();
      int[] at = new int[fields.size()];
      for (int i = 0; i < at.length; i++) {
        Field field = copy.field(fields.get(i).name()).orElse(null);
        at[i] = field == null ? -1 : known.size();
        if (field != null) {
          known.add(field);
        }
      }
      if (known.isEmpty()) {
        return there;
      }
      int[] tags = measurement.tags().stream().mapToInt(copy.tags()::indexOf).toArray();
      tiers
          .store(wish.tier())
          .sweep(
              HistoryQuery.points(new Selection(copy, List.of(), start, end), known, false, ALL),
              soon(),
              row -> {
                List<String> key = new ArrayList<>();
                for (int tag : tags) {
                  key.add(tag < 0 ? "" : row.key().get(tag));
                }
                List<@Nullable Object> values = new ArrayList<>();
                for (int one : at) {
                  values.add(one < 0 ? null : row.value(one));
                }
                there.put(new Place(Math.floorDiv(row.epochMicros(), 1000L), key), values);
                return true;
              });
      return there;
    }
  }
}
