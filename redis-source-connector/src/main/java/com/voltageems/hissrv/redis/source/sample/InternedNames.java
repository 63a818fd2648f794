package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cache of field names as strings. All channels of a site use similar field names, so most names
 * were seen shortly before, and finding a string costs less than creating it again. Bounded; not
 * thread-safe.
 */
public final class InternedNames {
  private static final int SLOTS = 4096;
  private static final int MAX_LENGTH = 64;

  private final @Nullable Known[] known = new Known[SLOTS];

  private static final class Known {
    private final byte[] name;
    private final String text;

    Known(byte[] name) {
      this.name = name;
      this.text = Bytes.text(name);
    }
  }

  /**
   * Returns the same text as {@link Bytes#text}.
   *
   * @param hash {@link Bytes#hash} of the name
   */
  public String of(byte[] name, long hash) {
    if (name.length > MAX_LENGTH) {
      return Bytes.text(name);
    }
    int slot = (int) hash & (SLOTS - 1);
    Known found = known[slot];
    if (found == null || !Arrays.equals(found.name, name)) {
      found = new Known(name);
      known[slot] = found;
    }
    return found.text;
  }
}
