package com.voltageems.hissrv.redis.source;

import java.util.Arrays;

/**
 * What was last seen of one hash: 16 bytes a field, whatever the length of names and values.
 *
 * <p>Redis gives the fields of an unchanged hash in the same order every time, so the field at hand
 * is nearly always where it was before; when it is not, it is searched from there on and swapped
 * into its place.
 */
final class HashState {
  private static final long[] NONE = {};

  /** Steps of searching for displaced fields in one reading; beyond it fields count as changed. */
  private static final int MAX_SEARCH = 1_000_000;

  private long[] fields = NONE;
  private long[] values = NONE;
  private int size;
  private int searched;

  /** Begins a reading of {@code count} fields. */
  void begin(int count) {
    searched = 0;
    if (fields.length < count) {
      fields = Arrays.copyOf(fields, count);
      values = Arrays.copyOf(values, count);
    }
  }

  /**
   * Remembers the field at {@code position} of the reading.
   *
   * @return whether it is new or its value differs from the one remembered
   */
  boolean changed(int position, byte[] field, byte[] value) {
    long f = Bytes.hash(field);
    long v = Bytes.hash(value);
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
        // Fields that are gone still stand at the end.
        int larger = Math.max(4, fields.length + fields.length / 2);
        fields = Arrays.copyOf(fields, larger);
        values = Arrays.copyOf(values, larger);
      }
      size++;
    } else {
      changed = values[at] != v;
    }
    fields[at] = fields[position];
    values[at] = values[position];
    fields[position] = f;
    values[position] = v;
    return changed;
  }

  private int find(int from, long field) {
    for (int i = from; i < size && searched < MAX_SEARCH; i++, searched++) {
      if (fields[i] == field) {
        return i;
      }
    }
    return -1;
  }

  /** Ends a reading of {@code count} fields: others are gone from the hash, and forgotten. */
  void end(int count) {
    size = count;
    if (fields.length > count + count / 2 + 4) {
      fields = Arrays.copyOf(fields, count);
      values = Arrays.copyOf(values, count);
    }
  }

  /** Everything counts as changed in the next reading. */
  void forget() {
    size = 0;
  }
}
