package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Setting;
import java.util.List;
import java.util.Set;

/**
 * A type of source: what it is configured by, and what is made of that. One implementation in a
 * package of its own, and one line in {@code SourceRegistry}; docs/guides/source-type.md shows how.
 */
public interface SourceType {
  /** The value of {@code sources.<alias>.type}. */
  String name();

  /** What it reads, in a few words: for the meaning of {@code sources.<alias>.type}. */
  String doc();

  /** Its settings, beside those that every source has. */
  List<Setting<?>> settings();

  /** Which of the settings that all sources share it works by. */
  Set<Use> uses();

  /** What some types have no use for, though it is set for all sources of a connector. */
  enum Use {
    /** Keys and channels are looked up in {@code mappings}. */
    MAPPINGS,
    /** Values are given again each {@code snapshot.interval.ms}, changed or not. */
    SNAPSHOTS
  }

  /** A source; what is wrong with it is told by {@link Source#problems}. */
  Source source(SourceValues values);

  /**
   * What the partitions of its sources look like, for who sets an offset by hand: {@code a list has
   * {type=list, key=<list>}}; empty for a type that keeps no position.
   */
  default String partitionForm() {
    return "";
  }
}
