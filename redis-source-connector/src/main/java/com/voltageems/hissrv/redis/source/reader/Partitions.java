package com.voltageems.hissrv.redis.source.reader;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Source partitions. Connect finds a stored offset by the bytes of the partition's JSON, so the
 * order of its fields must be the same in every JVM, and the same that the worker itself arrives at
 * when it alters or deletes offsets: it reads them into a HashMap. {@link Map#of} has another order
 * in every JVM: offsets would not be found again.
 */
public final class Partitions {
  private Partitions() {}

  /** A partition of these names and values. */
  public static Map<String, String> of(String... pairs) {
    Map<String, String> partition = new HashMap<>();
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      partition.put(pairs[i], pairs[i + 1]);
    }
    return Collections.unmodifiableMap(partition);
  }
}
