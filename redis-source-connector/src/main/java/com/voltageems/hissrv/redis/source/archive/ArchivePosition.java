package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Partitions;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * How far one slice of an archive is delivered. Redis orders an index by score, and members of
 * equal score by the bytes of their keys.
 *
 * @param score score of the last delivered window in the index, or -1 if it was found by SCAN
 * @param key key of that window
 * @param startSeconds start of that window, epoch seconds
 */
public record ArchivePosition(double score, String key, long startSeconds) {
  public static final ArchivePosition NONE = new ArchivePosition(-1, "", Long.MIN_VALUE);

  public static Map<String, String> partition(String window, int slice) {
    return Partitions.of("type", "archive", "window", window, "slice", String.valueOf(slice));
  }

  /**
   * Returns the position in the form that Connect stores.
   *
   * @param data see {@link DataSetId}; empty if unknown
   */
  public Map<String, Object> toOffset(String data) {
    return data.isEmpty()
        ? Map.of("score", score, "key", key, "start", startSeconds)
        : Map.of("score", score, "key", key, "start", startSeconds, DataSetId.FIELD, data);
  }

  /**
   * Reads a stored offset; {@link #NONE} for null.
   *
   * @throws DataException naming what is wrong with the offset
   */
  public static ArchivePosition fromOffset(@Nullable Map<String, ?> offset) {
    if (offset == null) {
      return NONE;
    }
    if (!(offset.get("score") instanceof Number score)
        || !Double.isFinite(score.doubleValue())
        || score.doubleValue() < -1) {
      throw new DataException(
          "the offset of an archive has the field score, a number of -1 or more, not "
              + offset.get("score"));
    }
    Object key = offset.get("key") == null ? "" : offset.get("key");
    if (!(key instanceof String text)) {
      throw new DataException("the field key of an archive's offset is a text, not " + key);
    }
    Object start = offset.get("start") == null ? Long.MIN_VALUE : offset.get("start");
    if (!(start instanceof Number seconds)) {
      throw new DataException(
          "the field start of an archive's offset is a number of seconds, not " + start);
    }
    return new ArchivePosition(score.doubleValue(), text, seconds.longValue());
  }

  /**
   * Returns whether a member of the index comes after this position. A position without a key comes
   * after all members of its score. If the order of two keys of one score is unknown because one of
   * them is binary, returns true: reading a window twice is better than never.
   */
  boolean isBefore(double memberScore, byte[] member) {
    if (memberScore != score || key.isEmpty()) {
      return memberScore > score;
    }
    String text = Bytes.text(member);
    boolean comparable = key.indexOf('\\') < 0 && text.indexOf('\\') < 0;
    return !text.equals(key) && (!comparable || Arrays.compareUnsigned(Bytes.of(key), member) < 0);
  }
}
