package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Partitions;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream is delivered.
 *
 * @param id id of the last delivered entry, as Redis writes it: {@code 1526919030474-55}
 */
public record StreamPosition(String id) {
  /** Declared before {@link #NONE}, whose constructor needs it. */
  private static final Pattern ID = Pattern.compile("([0-9]{1,20})-([0-9]{1,20})");

  private static final int MAX_MICROS = 999;

  private static final int NANOS_PER_MICRO = 1000;

  public static final StreamPosition NONE = new StreamPosition("0-0");

  public StreamPosition {
    Matcher parts = ID.matcher(id);
    if (!parts.matches() || !isUnsignedLong(parts.group(1)) || !isUnsignedLong(parts.group(2))) {
      throw new DataException("id \"" + id + "\" is not an entry id such as 1526919030474-55");
    }
  }

  public static Map<String, String> partition(String stream) {
    return Partitions.of("type", "stream", "key", stream);
  }

  /**
   * Returns the position in the form that Connect stores.
   *
   * @param data see {@link DataSetId}; empty if unknown
   * @param added see {@link StreamCount}; null if unknown
   */
  public Map<String, Object> toOffset(String data, @Nullable Long added) {
    Map<String, Object> offset = new HashMap<>();
    offset.put("id", id);
    if (!data.isEmpty()) {
      offset.put(DataSetId.FIELD, data);
    }
    if (added != null) {
      offset.put(StreamCount.FIELD, added);
    }
    return offset;
  }

  /**
   * Reads a stored offset; {@link #NONE} for null.
   *
   * @throws DataException naming what is wrong with the offset
   */
  public static StreamPosition fromOffset(@Nullable Map<String, ?> offset) {
    if (offset == null) {
      return NONE;
    }
    if (!(offset.get("id") instanceof String id)) {
      throw new DataException(
          "the offset of a stream has the field id, a text, not " + offset.get("id"));
    }
    return new StreamPosition(id);
  }

  private static boolean isUnsignedLong(String digits) {
    return new BigInteger(digits).bitLength() <= Long.SIZE;
  }

  /**
   * Returns the entry's time: that of Redis's clock when the entry was added, unless the producer
   * chose the id. Unsigned, as in Redis; negative for an id beyond every time.
   */
  long epochMillis() {
    return Long.parseUnsignedLong(id.substring(0, id.indexOf('-')));
  }

  public boolean isAfter(StreamPosition other) {
    int byTime = Long.compareUnsigned(epochMillis(), other.epochMillis());
    return byTime != 0 ? byTime > 0 : Long.compareUnsigned(sequence(), other.sequence()) > 0;
  }

  /**
   * Returns the nanoseconds beyond the entry's millisecond: one microsecond for each entry before
   * it in the same millisecond. So no entry replaces another in the database, and their order
   * stays. Redis adds fewer than a thousand entries in a millisecond; chosen ids beyond that share
   * the last microsecond.
   */
  int nanos() {
    return Long.compareUnsigned(sequence(), MAX_MICROS) > 0
        ? MAX_MICROS * NANOS_PER_MICRO
        : (int) sequence() * NANOS_PER_MICRO;
  }

  private long sequence() {
    return Long.parseUnsignedLong(id.substring(id.indexOf('-') + 1));
  }
}
