package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.completeness.SampleSink;
import com.voltageems.hissrv.query.completeness.SampleSink.Known;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the samples in the windows of a copy: the count of a window is that of the field with the
 * most values. For one call.
 */
final class Counting {
  private static final int ALL = Integer.MAX_VALUE - 1;

  private final HistoryStore samples;
  private final Tiers tiers;
  private final List<Field> fields;
  private final Deadline deadline;
  private final SampleSink sink;

  Counting(
      HistoryStore samples, Tiers tiers, List<Field> fields, Deadline deadline, SampleSink sink) {
    this.samples = samples;
    this.tiers = tiers;
    this.fields = fields;
    this.deadline = deadline;
    this.sink = sink;
  }

  /**
   * Reads a part of the range. Returns true if something in it is no longer known.
   *
   * @param part the part, as a selection with the same start and end
   * @param isCoarse true if the windows are too long to show the usual number of samples
   * @param there the measurement in the copy
   * @param expired time before which the samples are gone; null if none are
   */
  boolean read(
      Selection part,
      Copy copy,
      Windows windows,
      boolean isCoarse,
      Measurement there,
      @Nullable Long expired) {
    boolean countsAll = fields.stream().allMatch(Counting::isCounted);
    long gone =
        expired == null || (countsAll && !isCoarse)
            ? part.startMillis()
            : Math.min(part.endMillis(), windows.ceil(expired));
    boolean any = gone > part.startMillis();
    if (any) {
      Known known = isCoarse ? Known.COUNTS_ONLY : Known.COUNTS_OF_NUMBERS;
      Selection early = part.within(part.startMillis(), gone);
      if (!isCoarse && fields.stream().noneMatch(Field::isNumeric)) {
        known = Known.NOTHING;
      }
      sink.range(early.startMillis(), gone, known);
      if (known == Known.NOTHING) {
        samples.times(early, fields, deadline, sink);
      } else {
        count(early, copy, windows, there, fields.stream().filter(Field::isNumeric).toList());
      }
    }
    if (gone < part.endMillis()) {
      sink.range(gone, part.endMillis(), Known.COUNTS);
      count(part.within(gone, part.endMillis()), copy, windows, there, fields);
    }
    return any;
  }

  /** Returns true if a copy counts all values of the field: it counts no texts and flags. */
  private static boolean isCounted(Field field) {
    return field.kind() == Field.Kind.NUMBER || field.kind() == Field.Kind.INTEGER;
  }

  private void count(
      Selection part, Copy copy, Windows windows, Measurement there, List<Field> fields) {
    List<Field> copied = new ArrayList<>();
    List<Field> others = new ArrayList<>();
    for (Field field : fields) {
      String count = copy.field(field.name(), Aggregation.COUNT);
      (field.isNumeric() && there.field(count).isPresent() ? copied : others).add(field);
    }
    Counts counts = new Counts(windows, others.isEmpty());
    if (!copied.isEmpty()) {
      HistoryQuery query = query(part, copied, windows);
      CopyAnswer asked = new CopyAnswer(query, copy, there);
      Row filled = new Row(copied.size());
      asked
          .question(part.startMillis(), part.endMillis(), ALL)
          .ifPresent(
              question ->
                  tiers
                      .store(new Tier(copy.policy()))
                      .sweep(question, deadline, row -> counts.take(asked.row(row, filled))));
    }
    if (!others.isEmpty()) {
      samples.sweep(query(part, others, windows), deadline, counts);
      counts.tell();
    }
  }

  private static HistoryQuery query(Selection part, List<Field> fields, Windows windows) {
    return HistoryQuery.windows(part, fields, windows, Aggregation.COUNT, false, ALL);
  }

  /** Reports counts at once; or, if they come from two sources, once all of them have arrived. */
  private final class Counts implements RowSink {
    private final Windows windows;
    private final boolean atOnce;
    private final Map<List<String>, NavigableMap<Long, Long>> kept =
        new TreeMap<>(SameTime::compareKeys);

    Counts(Windows windows, boolean atOnce) {
      this.windows = windows;
      this.atOnce = atOnce;
    }

    @Override
    public boolean take(Row row) {
      long most = 0;
      for (int i = 0; i < row.columns(); i++) {
        if (row.has(i)) {
          most = Math.max(most, (long) row.asDouble(i));
        }
      }
      long start = row.epochMicros() / 1000;
      if (most > 0 && atOnce) {
        sink.count(row.key(), start, windows.next(start), most);
      } else if (most > 0) {
        kept.computeIfAbsent(row.key(), any -> new TreeMap<>()).merge(start, most, Math::max);
      }
      return true;
    }

    void tell() {
      kept.forEach(
          (key, all) ->
              all.forEach((start, most) -> sink.count(key, start, windows.next(start), most)));
    }
  }
}
