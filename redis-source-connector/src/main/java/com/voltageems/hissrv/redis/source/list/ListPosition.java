package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.reader.Partitions;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * How far a list is delivered: up to and including element {@code index} of claim {@code claim}.
 *
 * @param claim the id that the claim script gave: epoch milliseconds of Redis's clock, a dash and
 *     something unique
 * @param index number of the element in the claim; 0 is the oldest
 * @param claimed number of elements ever claimed, those of the claim included; null if unknown
 */
public record ListPosition(String claim, long index, @Nullable Long claimed) {
  /** Allows times with few digits, too: the clock of a device may start in 1970. */
  private static final Pattern ID = Pattern.compile("[0-9]{1,16}-[0-9a-f]{1,32}");

  static boolean isClaim(String text) {
    return ID.matcher(text).matches();
  }

  public ListPosition {
    if (!ID.matcher(claim).matches()) {
      throw new DataException(
          "claim \"" + claim + "\" is not a claim id such as 1753790700123-9f86d081884c7d65");
    }
    if (index < 0) {
      throw new DataException("index " + index + " is negative; the first element is 0");
    }
  }

  public static Map<String, String> partition(String list) {
    return Partitions.of("type", "list", "key", list);
  }

  public Map<String, Object> toOffset() {
    return claimed == null
        ? Map.of("claim", claim, "index", index)
        : Map.of("claim", claim, "index", index, "claimed", claimed);
  }

  /**
   * Reads a stored offset; null for null.
   *
   * @throws DataException naming what is wrong with the offset
   */
  public static @Nullable ListPosition fromOffset(@Nullable Map<String, ?> offset) {
    if (offset == null) {
      return null;
    }
    if (!(offset.get("claim") instanceof String claim)
        || !(offset.get("index") instanceof Number index)) {
      throw new DataException(
          "the offset of a list has the fields claim (text) and index (number), not "
              + offset.keySet());
    }
    Object claimed = offset.get("claimed");
    if (claimed != null && !(claimed instanceof Number)) {
      throw new DataException("claimed \"" + claimed + "\" of a list's offset is not a number");
    }
    return new ListPosition(
        claim, index.longValue(), claimed instanceof Number number ? number.longValue() : null);
  }

  /** Returns when the claim was made: the time for its elements that have none. */
  public static long claimMillis(String claim) {
    return Long.parseLong(claim.substring(0, claim.indexOf('-')));
  }
}
