package com.voltageems.hissrv.query.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The time ranges that a task has computed: sorted, not overlapping and not adjacent. Pure.
 *
 * @param ranges in epoch milliseconds
 */
public record Coverage(List<Range> ranges) {
  /** The empty coverage. */
  public static final Coverage NONE = new Coverage(List.of());

  private static final Pattern RANGE = Pattern.compile("(-?[0-9]{1,18})\\.\\.(-?[0-9]{1,18})");

  /** A range from its start to its exclusive end. */
  public record Range(long start, long end) {
    public Range {
      if (end <= start) {
        throw new IllegalArgumentException("an empty range at " + start);
      }
    }
  }

  public Coverage {
    ranges = List.copyOf(ranges);
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Returns the newest range. */
  public Range last() {
    return ranges.get(ranges.size() - 1);
  }

  /** Returns this coverage with the range added. */
  public Coverage plus(long start, long end) {
    List<Range> all = new ArrayList<>();
    long from = start;
    long to = end;
    for (Range one : ranges) {
      if (one.end() < start || one.start() > end) {
        all.add(one);
      } else {
        from = Math.min(from, one.start());
        to = Math.max(to, one.end());
      }
    }
    all.add(new Range(from, to));
    all.sort((a, b) -> Long.compare(a.start(), b.start()));
    return new Coverage(all);
  }

  /** Returns this coverage without what is before {@code cut}. */
  public Coverage from(long cut) {
    return new Coverage(
        ranges.stream()
            .filter(one -> one.end() > cut)
            .map(one -> new Range(Math.max(cut, one.start()), one.end()))
            .toList());
  }

  /** Returns this coverage without what is after {@code cut}. */
  public Coverage until(long cut) {
    return new Coverage(
        ranges.stream()
            .filter(one -> one.start() < cut)
            .map(one -> new Range(one.start(), Math.min(cut, one.end())))
            .toList());
  }

  /** Returns this coverage without the ranges of the other. */
  public Coverage minus(Coverage other) {
    Coverage left = this;
    for (Range one : other.ranges()) {
      List<Range> all = new ArrayList<>(left.until(one.start()).ranges());
      all.addAll(left.from(one.end()).ranges());
      left = new Coverage(all);
    }
    return left;
  }

  /** Returns this coverage with the ranges of the other added. */
  public Coverage plus(Coverage other) {
    Coverage all = this;
    for (Range one : other.ranges()) {
      all = all.plus(one.start(), one.end());
    }
    return all;
  }

  /** Returns true if the whole range is covered. */
  public boolean contains(long start, long end) {
    return ranges.stream().anyMatch(one -> one.start() <= start && end <= one.end());
  }

  /**
   * Returns up to which time everything from {@code start} on is covered; {@code start} itself if
   * it is not covered.
   */
  public long endFrom(long start) {
    return ranges.stream()
        .filter(one -> one.start() <= start && start < one.end())
        .mapToLong(Range::end)
        .findFirst()
        .orElse(start);
  }

  /** Returns the ranges as text: {@code 0..3600000,7200000..10800000}. */
  public String text() {
    return ranges.stream()
        .map(one -> one.start() + ".." + one.end())
        .collect(Collectors.joining(","));
  }

  /** Parses such a text; ignores what it cannot read. */
  public static Coverage parse(String text) {
    Coverage read = NONE;
    for (String one : text.split(",", -1)) {
      Matcher matcher = RANGE.matcher(one);
      if (matcher.matches()) {
        long start = Long.parseLong(matcher.group(1));
        long end = Long.parseLong(matcher.group(2));
        read = end > start ? read.plus(start, end) : read;
      }
    }
    return read;
  }
}
