package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.type.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Checks offsets that a user wants to set by hand. */
final class OffsetCheck {
  private OffsetCheck() {}

  /**
   * Checks all offsets.
   *
   * @param offsets new offset by partition; a null offset removes the position
   * @throws ConnectException naming the partition and what is wrong
   */
  static void require(List<Source> sources, Map<Map<String, ?>, Map<String, ?>> offsets) {
    Map<Map<String, ?>, Source> known = new HashMap<>();
    sources.forEach(
        source -> source.partitions().forEach(partition -> known.put(partition, source)));
    offsets.forEach((partition, offset) -> require(known, partition, offset));
  }

  private static void require(
      Map<Map<String, ?>, Source> known,
      Map<String, ?> partition,
      @Nullable Map<String, ?> offset) {
    if (offset == null) {
      // Removing is always allowed, also for a source that is no longer configured.
      return;
    }
    Source source = known.get(partition);
    if (source == null) {
      throw new ConnectException(
          "partition "
              + partition
              + " belongs to no source of this connector; "
              + SourceRegistry.TYPES.partitionForms());
    }
    try {
      source.requireOffset(offset);
      for (String field : offset.keySet()) {
        if (!source.offsetFields().contains(field)) {
          throw new DataException(
              field
                  + " is no field of it; those are "
                  + String.join(", ", new TreeSet<>(source.offsetFields())));
        }
      }
    } catch (DataException e) {
      throw new ConnectException("offset of partition " + partition + ": " + e.getMessage(), e);
    }
  }
}
