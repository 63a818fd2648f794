package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was last seen of one hash: 16 bytes per field, or 32 with a deadband, independent of the
 * length of names and values.
 *
 * <p>Redis returns the fields of an unchanged hash in the same order every time, so a field is
 * nearly always where it was before. If it is not, it is searched from there on and swapped into
 * its place.
 */
public final class HashState {
  private static final long[] NONE = {};

  /**
   * Most steps of searching for displaced fields in one reading; after that, fields count as
   * changed.
   */
  private static final int MAX_SEARCH = 1_000_000;

  private long[] fields = NONE;
  private long[] values = NONE;

  /** The number last given on, and its time, per field; only with a deadband. */
  private double @Nullable [] numbers;

  private long @Nullable [] times;
  private int size;
  private int searched;

  /**
   * Begins a reading of {@code count} fields.
   *
   * @param withLast whether {@link #lastNumber} and {@link #lastTime} will be needed
   */
  void begin(int count, boolean withLast) {
    searched = 0;
    if (withLast && numbers == null) {
      numbers = new double[fields.length];
      times = new long[fields.length];
    }
    if (fields.length < count) {
      resize(count);
    }
  }

  private void resize(int length) {
    fields = Arrays.copyOf(fields, length);
    values = Arrays.copyOf(values, length);
    if (numbers != null && times != null) {
      numbers = Arrays.copyOf(numbers, length);
      times = Arrays.copyOf(times, length);
    }
  }

  /** Returns the number of this field that was last given on; NaN if there is none. */
  double lastNumber(int position) {
    return numbers == null || times == null || times[position] == 0
        ? Double.NaN
        : numbers[position];
  }

  /** Returns when that was, in epoch milliseconds; 0 for never. */
  long lastTime(int position) {
    return times == null ? 0 : times[position];
  }

  /** Returns whether a changed value is given on, and remembers it if so. */
  boolean passes(Deadband deadband, int position, byte[] field, byte[] value, long nowMillis) {
    double number = deadband.number(value);
    Deadband.Verdict verdict =
        deadband.judge(field, number, lastNumber(position), lastTime(position), nowMillis);
    if (verdict == Deadband.Verdict.GIVE) {
      given(position, number, nowMillis);
    } else if (verdict == Deadband.Verdict.POSTPONE) {
      postpone(position);
    }
    return verdict == Deadband.Verdict.GIVE;
  }

  /** Remembers a value that is given on regardless of the deadband. */
  void given(Deadband deadband, int position, byte[] value, long nowMillis) {
    if (deadband.isActive()) {
      given(position, deadband.number(value), nowMillis);
    }
  }

  /** Remembers the number that is given on for the field. */
  void given(int position, double number, long epochMillis) {
    if (numbers != null && times != null) {
      numbers[position] = number;
      times[position] = epochMillis;
    }
  }

  /** Makes the next reading treat the field as changed, even if its value stays the same. */
  void postpone(int position) {
    values[position] ^= 1;
  }

  /**
   * Remembers the field at {@code position} of the reading.
   *
   * @param f {@link Bytes#hash} of the field's name
   * @param v {@link Bytes#hash} of its value
   * @return whether the field is new or its value differs from the remembered one
   */
  boolean changed(int position, long f, long v) {
    if (position < size && fields[position] == f) {
      boolean changed = values[position] != v;
      values[position] = v;
      return changed;
    }
    int at = find(position, f);
    boolean changed;
    if (at < 0) {
      changed = true;
      at = size;
      if (at == fields.length) {
        // Fields that are gone are still at the end.
        int larger = Math.max(4, fields.length + fields.length / 2);
        resize(larger);
      }
      size++;
      values[at] = v;
      if (times != null) {
        times[at] = 0;
      }
    } else {
      changed = values[at] != v;
    }
    fields[at] = fields[position];
    values[at] = values[position];
    fields[position] = f;
    values[position] = v;
    swapLast(at, position);
    return changed;
  }

  private void swapLast(int a, int b) {
    if (numbers != null && times != null) {
      double number = numbers[a];
      long time = times[a];
      numbers[a] = numbers[b];
      times[a] = times[b];
      numbers[b] = number;
      times[b] = time;
    }
  }

  private int find(int from, long field) {
    for (int i = from; i < size && searched < MAX_SEARCH; i++, searched++) {
      if (fields[i] == field) {
        return i;
      }
    }
    return -1;
  }

  /** Ends a reading of {@code count} fields; fields that are gone from the hash are forgotten. */
  void end(int count) {
    size = count;
    if (fields.length > count + count / 2 + 4) {
      resize(count);
    }
  }
}
