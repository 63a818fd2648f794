package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.archive.ArchivePosition;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.list.ListPosition;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.stream.StreamPosition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Checks offsets that somebody wants to set by hand. */
final class OffsetCheck {
  private OffsetCheck() {}

  /**
   * @param offsets new offset by partition; a null offset forgets the position
   * @throws ConnectException naming the partition and what is wrong
   */
  static void require(List<SourceSpec> specs, Map<Map<String, ?>, Map<String, ?>> offsets) {
    Set<Map<String, ?>> partitions = new HashSet<>();
    for (SourceSpec spec : specs) {
      switch (spec.type()) {
        case LIST -> partitions.add(ListPosition.partition(spec.key()));
        case ARCHIVE -> {
          for (int slice = 0; slice < Slices.COUNT; slice++) {
            partitions.add(ArchivePosition.partition(spec.window(), slice));
          }
        }
        case STREAM -> partitions.add(StreamPosition.partition(spec.key()));
        case HASH, PUBSUB -> {}
      }
    }
    offsets.forEach((partition, offset) -> require(partitions, partition, offset));
  }

  private static void require(
      Set<Map<String, ?>> known, Map<String, ?> partition, @Nullable Map<String, ?> offset) {
    if (offset == null) {
      // Forgetting is always allowed, also for a source that is no longer configured.
      return;
    }
    if (!known.contains(partition)) {
      throw new ConnectException(
          "partition "
              + partition
              + " belongs to no source of this connector; a list has {type=list, key=<list>}, a"
              + " stream {type=stream, key=<stream>}, an archive"
              + " {type=archive, window=<length>, slice=<0 to "
              + (Slices.COUNT - 1)
              + ">}");
    }
    try {
      switch (String.valueOf(partition.get("type"))) {
        case "list" -> ListPosition.fromOffset(offset);
        case "stream" -> StreamPosition.fromOffset(offset);
        default -> ArchivePosition.fromOffset(offset);
      }
    } catch (DataException e) {
      throw new ConnectException("offset of partition " + partition + ": " + e.getMessage(), e);
    }
  }
}
