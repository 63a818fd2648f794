package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds data whose samples are gone, from the copies: measurements, tags and fields under the names
 * that they had among the samples. It finds only fields that copies can answer for, which are
 * numeric fields. Thread-safe.
 */
public final class CopyDiscovery {
  /** The discovery if there are no copies. */
  static final CopyDiscovery NONE =
      new CopyDiscovery(
          () -> new CopyResolutions.Known(List.of(), new Expired(null, List.of()), null));

  private static final int MOST_RANGES = 3;

  private final Supplier<CopyResolutions.Known> known;

  CopyDiscovery(Supplier<CopyResolutions.Known> known) {
    this.known = known;
  }

  /**
   * Something that was found in copies.
   *
   * @param policies that keep these copies, by name
   * @param whole true if the copies show everything that existed where the samples are gone; not
   *     checked for requests over all time
   */
  public record Copied<T>(T found, Set<String> policies, boolean whole) {
    public Copied {
      policies = Collections.unmodifiableSet(new LinkedHashSet<>(policies));
    }

    /** Returns the policies as an answer names its source; empty if no copy had anything. */
    public Optional<String> resolution() {
      return policies.isEmpty() ? Optional.empty() : Optional.of(String.join(",", policies));
    }
  }

  /** Returns the copies that may have more than the samples, the coarsest first. */
  private static List<Copy> copies(CopyResolutions.Known now, String measurement) {
    return now.expired().of(measurement) == null
        ? List.of()
        : now.copies().stream().filter(copy -> copy.has(measurement)).toList();
  }

  /**
   * Returns the measurements in copies, by name. Empty if the database still lists a measurement
   * after all its samples have expired.
   */
  public Map<String, Copied<Measurement>> measurements(Deadline deadline) {
    CopyResolutions.Known now = known.get();
    Tiers tiers = now.tiers();
    if (tiers == null || !tiers.forgetsExpired() || now.expired().before() == null) {
      return Map.of();
    }
    // One query per policy, because the page requests this when it opens.
    Map<String, Map<String, Measurement>> there = new LinkedHashMap<>();
    Set<String> names = new TreeSet<>();
    for (Copy copy : now.copies()) {
      String policy = copy.policy();
      if (!there.containsKey(policy)) {
        Map<String, Measurement> some = tiers.measurements(new Tier(policy), deadline);
        there.put(policy, some);
        names.addAll(some.keySet());
      }
    }
    Map<String, Copied<Measurement>> found = new TreeMap<>();
    for (String name : names) {
      Copied<Measurement> one =
          measurement(now, name, copy -> there.getOrDefault(copy.policy(), Map.of()).get(name));
      if (one != null) {
        found.put(name, one);
      }
    }
    return found;
  }

  /**
   * Returns a measurement as copies have it; empty also if the database still lists measurements
   * after all their samples have expired.
   */
  public Optional<Copied<Measurement>> measurement(String name, Deadline deadline) {
    CopyResolutions.Known now = known.get();
    Tiers tiers = now.tiers();
    if (tiers == null || !tiers.forgetsExpired()) {
      return Optional.empty();
    }
    Map<String, @Nullable Measurement> asked = new LinkedHashMap<>();
    return Optional.ofNullable(
        measurement(now, name, copy -> there(tiers, copy, name, deadline, asked)));
  }

  private static @Nullable Copied<Measurement> measurement(
      CopyResolutions.Known now, String name, Function<Copy, @Nullable Measurement> describe) {
    Set<String> tags = new TreeSet<>();
    Set<String> fields = new LinkedHashSet<>();
    Set<String> policies = new LinkedHashSet<>();
    for (Copy copy : copies(now, name)) {
      Measurement there = describe.apply(copy);
      List<String> names = there == null ? List.of() : List.copyOf(bases(copy, there).keySet());
      if (there != null && !names.isEmpty()) {
        tags.addAll(there.tags());
        fields.addAll(names);
        policies.add(copy.policy());
      }
    }
    return fields.isEmpty()
        ? null
        : new Copied<>(
            new Measurement(
                name,
                List.copyOf(tags),
                fields.stream().map(field -> new Field(field, Field.Kind.NUMBER)).toList()),
            policies,
            false);
  }

  private static @Nullable Measurement there(
      Tiers tiers,
      Copy copy,
      String name,
      Deadline deadline,
      Map<String, @Nullable Measurement> asked) {
    if (!asked.containsKey(copy.policy())) {
      asked.put(copy.policy(), tiers.measurement(new Tier(copy.policy()), name, deadline));
    }
    return asked.get(copy.policy());
  }

  /**
   * Returns the fields that a copy counts: their names among the samples, and their count fields.
   */
  private static Map<String, Field> bases(Copy copy, Measurement there) {
    String suffix =
        "_"
            + copy.task()
                .output(Aggregation.COUNT)
                .map(Output::alias)
                .orElse(Aggregation.COUNT.text());
    Map<String, Field> bases = new LinkedHashMap<>();
    for (Field field : there.fields()) {
      String name = field.name();
      if (name.endsWith(suffix) && name.length() > suffix.length()) {
        bases.put(name.substring(0, name.length() - suffix.length()), field);
      }
    }
    return bases;
  }

  /** A query to one copy. */
  private record Asked(Copy copy, Selection selection) {}

  /**
   * Queries to the copies.
   *
   * @param whole true if their answers show everything that existed
   */
  private record Questions(List<Asked> all, boolean whole) {}

  /**
   * Returns the queries for the time where the samples are gone: each part goes to the coarsest
   * copy that has it, because that one has the fewest rows.
   */
  private static Questions asked(
      CopyResolutions.Known now, Selection selection, Deadline deadline) {
    String name = selection.measurement().name();
    Long expired = now.expired().of(name);
    Tiers tiers = now.tiers();
    long start = selection.startMillis();
    if (expired == null || tiers == null || start >= expired) {
      return new Questions(List.of(), true);
    }
    List<Asked> all = new ArrayList<>();
    Map<String, @Nullable Measurement> known = new LinkedHashMap<>();
    Coverage left = Coverage.NONE.plus(start, Math.min(selection.endMillis(), expired));
    for (Copy copy : copies(now, name)) {
      // The window in which the range begins has its time before the range.
      long from = copy.windows().floor(start);
      Coverage wanted =
          from < start && left.contains(start, start + 1) ? left.plus(from, start) : left;
      Coverage has = wanted.minus(wanted.minus(copy.counted()));
      Measurement there = has.isEmpty() ? null : there(tiers, copy, name, deadline, known);
      if (there == null || bases(copy, there).isEmpty()) {
        continue;
      }
      left = left.minus(has);
      List<TagFilter> filters = filters(selection, there);
      if (filters != null) {
        for (Coverage.Range one : few(has.ranges())) {
          all.add(new Asked(copy, new Selection(there, filters, one.start(), one.end())));
        }
      }
    }
    boolean hasOthers =
        selection.measurement().fields().stream()
            .anyMatch(field -> !field.isNumeric() || field.kind() == Field.Kind.MIXED);
    return new Questions(all, start <= 0 || (left.isEmpty() && !hasOthers));
  }

  /** Joins ranges if there are many: one query across gaps costs less than one for each part. */
  private static List<Coverage.Range> few(List<Coverage.Range> ranges) {
    return ranges.size() <= MOST_RANGES
        ? ranges
        : List.of(new Coverage.Range(ranges.get(0).start(), ranges.get(ranges.size() - 1).end()));
  }

  /** Returns the filters on tags that the copy has; null if the copy cannot have such a series. */
  private static @Nullable List<TagFilter> filters(Selection selection, Measurement there) {
    List<TagFilter> filters = new ArrayList<>();
    for (TagFilter filter : selection.filters()) {
      if (there.tags().contains(filter.tag())) {
        filters.add(filter);
      } else if (!filter.values().contains("")) {
        return null;
      }
    }
    return filters;
  }

  /** Returns the tags of the series that the copies have where the samples are gone. */
  public Copied<Set<Map<String, String>>> series(
      Selection selection, int limit, Deadline deadline) {
    CopyResolutions.Known now = known.get();
    Set<Map<String, String>> found = new LinkedHashSet<>();
    Set<String> policies = new LinkedHashSet<>();
    Questions questions = asked(now, selection, deadline);
    for (Asked one : questions.all()) {
      List<Map<String, String>> some = store(now, one).series(one.selection(), limit, deadline);
      if (found.addAll(some)) {
        policies.add(one.copy().policy());
      }
    }
    return new Copied<>(found, policies, questions.whole());
  }

  /** Returns the tag values that the copies have where the samples are gone. */
  public Copied<Map<String, Set<String>>> tagValues(
      Selection selection, int limit, Deadline deadline) {
    CopyResolutions.Known now = known.get();
    Map<String, Set<String>> found = new TreeMap<>();
    Set<String> policies = new LinkedHashSet<>();
    Questions questions = asked(now, selection, deadline);
    for (Asked one : questions.all()) {
      store(now, one)
          .tagValues(one.selection(), limit, deadline)
          .forEach(
              (tag, values) -> {
                if (found.computeIfAbsent(tag, any -> new TreeSet<>()).addAll(values)) {
                  policies.add(one.copy().policy());
                }
              });
    }
    return new Copied<>(found, policies, questions.whole());
  }

  /** Returns the names of the fields that the copies have where the samples are gone. */
  public Copied<Set<String>> fields(Selection selection, Deadline deadline) {
    CopyResolutions.Known now = known.get();
    Set<String> found = new LinkedHashSet<>();
    Set<String> policies = new LinkedHashSet<>();
    Questions questions = asked(now, selection, deadline);
    for (Asked one : questions.all()) {
      Selection of = one.selection();
      Map<String, Field> bases = bases(one.copy(), of.measurement());
      Measurement counts =
          new Measurement(
              of.measurement().name(), of.measurement().tags(), List.copyOf(bases.values()));
      Set<Field> there =
          bases.isEmpty()
              ? Set.of()
              : Set.copyOf(
                  store(now, one)
                      .fieldsWithValues(
                          new Selection(counts, of.filters(), of.startMillis(), of.endMillis()),
                          deadline));
      bases.forEach(
          (name, count) -> {
            if (there.contains(count) && found.add(name)) {
              policies.add(one.copy().policy());
            }
          });
    }
    return new Copied<>(found, policies, questions.whole());
  }

  private static HistoryStore store(CopyResolutions.Known now, Asked one) {
    return Objects.requireNonNull(now.tiers()).store(new Tier(one.copy().policy()));
  }
}
