package com.voltageems.hissrv.influx.batch;

import com.voltageems.hissrv.influx.point.LineBuffer;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.LineParser;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.Point;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lines for one request, with the records that they come from. Not thread-safe: one thread at a
 * time.
 */
public final class Batch {
  private static final int FIRST_BYTES = 16 * 1024;

  private final Destination destination;
  private final LineForm form;
  private final LineBuffer bytes;
  private final List<Line> lines = new ArrayList<>();

  /** The end of each line's bytes. */
  private int[] ends = new int[64];

  public Batch(Destination destination, LineForm form) {
    this(destination, form, FIRST_BYTES);
  }

  private Batch(Destination destination, LineForm form, int capacity) {
    this.destination = destination;
    this.form = form;
    this.bytes = new LineBuffer(capacity);
  }

  /**
   * A line and the record that it comes from.
   *
   * @param fields how many fields the line has
   * @param unscreened a point with the same names if these have to be screened before the line is
   *     sent; else null
   */
  public record Line(
      OffsetTracker.Pending pending, long epochNanos, int fields, @Nullable Point unscreened) {}

  /** Appends a line. */
  public void add(OffsetTracker.Pending pending, Point point) {
    add(pending, point, null);
  }

  /** Appends a line that may have to be screened before it is sent; see {@link Line}. */
  public void add(OffsetTracker.Pending pending, Point point, @Nullable Point unscreened) {
    LineProtocol.append(point, form, bytes);
    add(new Line(pending, point.epochNanos(), point.fields().size(), unscreened));
  }

  /** Registers the line whose bytes were appended last. */
  private void add(Line line) {
    int count = lines.size();
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count] = bytes.length();
    lines.add(line);
  }

  /** Returns an empty batch for the same destination and form of lines. */
  public Batch another() {
    return new Batch(destination, form);
  }

  public Destination destination() {
    return destination;
  }

  public int size() {
    return lines.size();
  }

  public boolean isEmpty() {
    return lines.isEmpty();
  }

  /** Returns how many fields the lines have together. */
  public int fieldCount() {
    int count = 0;
    for (Line line : lines) {
      count += line.fields();
    }
    return count;
  }

  public int byteCount() {
    return bytes.length();
  }

  /** Returns the array with the lines' bytes: the first {@link #byteCount()} bytes are theirs. */
  public byte[] array() {
    return bytes.array();
  }

  public List<Line> lines() {
    return lines;
  }

  /**
   * Returns a line's point, parsed from the line's bytes: points are large and rarely needed here,
   * so the batch does not keep them.
   */
  public Point point(int index) {
    int start = start(index);
    String line = new String(bytes.array(), start, ends[index] - start, StandardCharsets.UTF_8);
    return LineParser.point(line, form.dialect(), lines.get(index).epochNanos());
  }

  /**
   * Returns the lines from {@code from} (inclusive) to {@code to} (exclusive) as a batch of their
   * own.
   */
  public Batch part(int from, int to) {
    int start = start(from);
    Batch part = new Batch(destination, form, Math.max(1, start(to) - start));
    for (int i = from; i < to; i++) {
      part.copy(this, i);
    }
    return part;
  }

  /** Returns a batch with only the wanted lines; this batch itself if all lines are wanted. */
  public Batch only(Predicate<Line> wanted) {
    if (lines.stream().allMatch(wanted)) {
      return this;
    }
    Batch kept = new Batch(destination, form, Math.max(1, byteCount()));
    for (int i = 0; i < lines.size(); i++) {
      if (wanted.test(lines.get(i))) {
        kept.copy(this, i);
      }
    }
    return kept;
  }

  /** Appends a line of another batch unchanged. */
  public void copy(Batch other, int index) {
    bytes.append(other.bytes, other.start(index), other.ends[index]);
    add(other.lines.get(index));
  }

  /**
   * Appends lines of another batch until this one is full.
   *
   * @param lineCount this batch is full with this many lines
   * @param byteCount this batch is also full with this many bytes
   * @return how many lines were appended
   */
  public int fill(Batch other, int lineCount, int byteCount) {
    int taken = 0;
    while (taken < other.size() && size() < lineCount && byteCount() < byteCount) {
      copy(other, taken);
      taken++;
    }
    return taken;
  }

  /**
   * Returns a key that a line shares with all lines that would write the same point: series and
   * time. The last of these lines has to win, so none of them may overtake another.
   */
  public String pointKey(int index) {
    return series(index) + ' ' + lines.get(index).epochNanos();
  }

  /** Returns a line's measurement and tags as they are written in the line. */
  public String series(int index) {
    byte[] array = bytes.array();
    int start = start(index);
    int end = start;
    while (array[end] != ' ') {
      end += array[end] == '\\' ? 2 : 1;
    }
    return new String(array, start, end - start, StandardCharsets.UTF_8);
  }

  /** Returns a hash of series and time, as in {@link #pointKey}, without building the text. */
  public long pointHash(int index) {
    byte[] array = bytes.array();
    long hash = lines.get(index).epochNanos() * 0x9E3779B97F4A7C15L;
    for (int i = start(index); array[i] != ' '; i++) {
      if (array[i] == '\\') {
        hash = hash * 1_000_003 + array[i++];
      }
      hash = hash * 1_000_003 + array[i];
    }
    return hash ^ (hash >>> 29);
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }
}
