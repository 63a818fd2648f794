package com.voltageems.hissrv.redis.source.reader;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Source partitions. Connect finds a stored offset by the bytes of the partition's JSON. So the
 * order of its fields must be the same in every JVM, and the same as in the worker when it alters
 * or deletes offsets: the worker reads them into a HashMap. The order of {@link Map#of} differs in
 * every JVM, so that offsets would not be found again.
 */
public final class Partitions {
  private Partitions() {}

  /** Returns a partition with these names and values, alternating. */
  public static Map<String, String> of(String... pairs) {
    Map<String, String> partition = new HashMap<>();
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      partition.put(pairs[i], pairs[i + 1]);
    }
    return Collections.unmodifiableMap(partition);
  }
}
