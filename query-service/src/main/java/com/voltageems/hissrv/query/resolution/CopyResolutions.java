package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.completeness.SampleSink;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers requests part by part: from the copies as far as they can, the rest from the samples. */
public final class CopyResolutions implements Resolutions {
  /** Supplies what exists now. */
  private final Supplier<Known> known;

  /**
   * What exists at a moment.
   *
   * @param copies the coarsest first
   * @param expired which samples are gone
   * @param tiers reads the copies; null if there are none
   */
  public record Known(List<Copy> copies, Expired expired, @Nullable Tiers tiers) {
    public Known {
      copies = List.copyOf(copies);
    }
  }

  public CopyResolutions(Supplier<Known> known) {
    this.known = known;
  }

  @Override
  public CopyDiscovery discovery() {
    return new CopyDiscovery(known);
  }

  @Override
  public HistoryAnswer query(
      HistoryStore samples, HistoryQuery query, boolean raw, Deadline deadline) {
    Known now = known.get();
    Tiers tiers = now.tiers();
    Map<String, Measurement> there = new HashMap<>();
    List<Split.Part> parts =
        parts(now, query, raw).stream()
            .map(part -> held(part, tiers, query, deadline, there))
            .toList();
    if (tiers == null || parts.stream().allMatch(part -> part.copy() == null)) {
      return told(samples.query(query, deadline), query.selection());
    }
    Joined joined = new Joined(query);
    List<Split.Part> order = new ArrayList<>(parts);
    if (query.newestFirst()) {
      Collections.reverse(order);
    }
    for (Split.Part part : order) {
      if (!joined.isTruncated()) {
        answer(part, there, tiers, samples, query, deadline, joined);
      }
    }
    return told(
        new HistoryAnswer(
            joined.series(),
            joined.isTruncated(),
            parts.stream().map(CopyResolutions::told).toList(),
            null),
        query.selection());
  }

  @Override
  public HistoryAnswer coarser(HistoryStore samples, HistoryQuery query, Deadline deadline) {
    HistoryAnswer answer = query(samples, query, false, deadline);
    Long expired = answer.expiredBefore();
    if (expired == null || query.windows() == null) {
      return answer;
    }
    Known now = known.get();
    List<Coarser.Part> parts = Coarser.of(query, answer.parts(), expired, now.copies());
    return parts.isEmpty()
        ? answer
        : told(mixed(samples, query, answer, parts, deadline), query.selection());
  }

  private HistoryAnswer mixed(
      HistoryStore samples,
      HistoryQuery query,
      HistoryAnswer answer,
      List<Coarser.Part> parts,
      Deadline deadline) {
    Mixed mixed = new Mixed(query);
    for (Coarser.Part part : parts) {
      HistoryQuery own =
          new HistoryQuery(
              query.selection().within(part.start(), part.end()),
              query.columns(),
              part.windows(),
              query.groupBy(),
              query.newestFirst(),
              query.limit());
      mixed.add(own, query(samples, own, false, deadline));
    }
    mixed.add(query, answer);
    return mixed.answer();
  }

  @Override
  public HistoryAnswer samples(
      HistoryStore samples,
      Selection selection,
      List<Field> fields,
      Windows windows,
      boolean raw,
      Deadline deadline,
      SampleSink sink) {
    Known now = known.get();
    String name = selection.measurement().name();
    Tiers tiers = now.tiers();
    List<Copy> copies = raw || tiers == null ? List.of() : now.copies();
    Long expired = now.expired().of(name);
    Map<String, Measurement> there = new HashMap<>();
    List<HistoryAnswer.Part> parts = new ArrayList<>();
    boolean gone = false;
    for (CountSplit.Part part : CountSplit.of(selection, windows, copies, expired)) {
      Selection within = selection.within(part.start(), part.end());
      Copy copy = part.copy();
      Windows counting = part.windows();
      Measurement held =
          copy == null || tiers == null ? null : held(copy, tiers, name, deadline, there);
      if (held == null || counting == null || copy == null || tiers == null) {
        gone |= times(samples, within, fields, expired, deadline, sink);
        parts.add(new HistoryAnswer.Part(HistoryAnswer.Part.RAW, part.start(), part.end()));
      } else {
        gone |=
            new Counting(samples, tiers, fields, deadline, sink)
                .read(within, copy, counting, part.isCoarse(), held, expired);
        parts.add(new HistoryAnswer.Part(copy.policy(), part.start(), part.end()));
      }
    }
    new SilenceSearch(samples, selection, fields, expired, deadline).look(sink);
    return new HistoryAnswer(List.of(), false, parts, gone ? expired : null);
  }

  /** Reads the times of the samples that exist. Returns true if part of the range has expired. */
  private static boolean times(
      HistoryStore samples,
      Selection part,
      List<Field> fields,
      @Nullable Long expired,
      Deadline deadline,
      SampleSink sink) {
    long start = part.startMillis();
    long end = part.endMillis();
    long gone = expired == null ? start : Math.max(start, Math.min(end, expired));
    if (gone > start) {
      sink.range(start, gone, SampleSink.Known.NOTHING);
      samples.times(part.within(start, gone), fields, deadline, sink);
    }
    if (end > gone) {
      sink.range(gone, end, SampleSink.Known.TIMES);
      samples.times(part.within(gone, end), fields, deadline, sink);
    }
    return gone > start;
  }

  @Override
  public @Nullable String kept(Selection selection, List<Field> fields, HistoryAnswer answer) {
    Long expired = answer.expiredBefore();
    List<Field> numbers = fields.stream().filter(Field::isNumeric).distinct().toList();
    if (expired == null || numbers.isEmpty()) {
      return null;
    }
    HistoryQuery means =
        HistoryQuery.windows(
            selection,
            numbers,
            new OneWindow(selection.startMillis(), selection.endMillis()),
            Aggregation.MEAN,
            false,
            1);
    return Coarser.of(means, answer.parts(), expired, known.get().copies()).stream()
        .min(Comparator.comparingLong(part -> part.windows().shortestMillis()))
        .map(part -> part.copy().task().interval())
        .orElse(null);
  }

  @Override
  public HistoryAnswer told(HistoryAnswer answer, Selection selection) {
    Long before = known.get().expired().of(selection.measurement().name());
    long samplesFrom =
        answer.parts().isEmpty()
            ? selection.startMillis()
            : answer.parts().stream()
                .filter(part -> part.resolution().equals(HistoryAnswer.Part.RAW))
                .mapToLong(HistoryAnswer.Part::startMillis)
                .min()
                .orElse(Long.MAX_VALUE);
    return new HistoryAnswer(
        answer.series(),
        answer.truncated(),
        answer.parts(),
        before != null && samplesFrom < before ? before : null);
  }

  private static List<Split.Part> parts(Known now, HistoryQuery query, boolean raw) {
    return Split.of(query, raw || now.tiers() == null ? List.of() : now.copies());
  }

  private static HistoryAnswer.Part told(Split.Part part) {
    Copy copy = part.copy();
    return new HistoryAnswer.Part(
        copy == null ? HistoryAnswer.Part.RAW : copy.policy(), part.start(), part.end());
  }

  /** Replaces a copy that has nothing of the measurement by the samples, which may have it. */
  private static Split.Part held(
      Split.Part part,
      @Nullable Tiers tiers,
      HistoryQuery query,
      Deadline deadline,
      Map<String, Measurement> there) {
    Copy copy = part.copy();
    if (copy == null || tiers == null) {
      return part;
    }
    String name = query.selection().measurement().name();
    return held(copy, tiers, name, deadline, there) == null
        ? new Split.Part(part.start(), part.end(), null)
        : part;
  }

  /** Returns the measurement in a copy; null if the copy has nothing of it. */
  private static @Nullable Measurement held(
      Copy copy, Tiers tiers, String name, Deadline deadline, Map<String, Measurement> there) {
    return there.computeIfAbsent(
        copy.policy(), policy -> tiers.measurement(new Tier(policy), name, deadline));
  }

  private static void answer(
      Split.Part part,
      Map<String, Measurement> all,
      Tiers tiers,
      HistoryStore samples,
      HistoryQuery query,
      Deadline deadline,
      Joined joined) {
    Copy copy = part.copy();
    int limit = joined.left();
    if (copy == null) {
      Selection of = query.selection();
      HistoryQuery some =
          new HistoryQuery(
              of.within(part.start(), part.end()),
              query.columns(),
              query.windows(),
              query.groupBy(),
              query.newestFirst(),
              limit);
      joined.truncated(samples.scan(some, deadline, joined::add));
      return;
    }
    Tier tier = new Tier(copy.policy());
    Measurement there = Objects.requireNonNull(all.get(copy.policy()));
    CopyAnswer asked = new CopyAnswer(query, copy, there);
    Row filled = new Row(query.columns().size());
    asked
        .question(part.start(), part.end(), limit)
        .ifPresent(
            question ->
                joined.truncated(
                    tiers
                        .store(tier)
                        .scan(question, deadline, row -> joined.add(asked.row(row, filled)))));
  }

  /** The rows of all parts, by series. */
  private static final class Joined {
    private final HistoryQuery query;
    private final Map<List<String>, List<Point>> series = new TreeMap<>(SameTime::compareKeys);
    private int count;
    private boolean truncated;

    Joined(HistoryQuery query) {
      this.query = query;
    }

    boolean add(Row row) {
      if (!row.hasAny()) {
        return true;
      }
      if (count == query.limit()) {
        truncated = true;
        return false;
      }
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < row.columns(); i++) {
        values.add(row.value(i));
      }
      series
          .computeIfAbsent(row.key(), any -> new ArrayList<>())
          .add(new Point(row.epochMicros(), values));
      count++;
      return true;
    }

    /**
     * Returns how many more rows the limit allows, but at least one: if none is left, one row more
     * shows that the answer is truncated.
     */
    int left() {
      return Math.max(1, query.limit() - count);
    }

    void truncated(boolean more) {
      truncated |= more;
    }

    boolean isTruncated() {
      return truncated;
    }

    List<Series> series() {
      List<Series> all = new ArrayList<>();
      series.forEach(
          (key, points) -> all.add(new Series(Series.tags(query.groupBy(), key), points)));
      return all;
    }
  }
}
