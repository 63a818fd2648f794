package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Setting;
import java.util.List;
import java.util.Set;

/**
 * Type of source: declares the settings of its sources and creates them. Each type has a package of
 * its own and one line in {@code SourceRegistry}; docs/guides/source-type.md shows how.
 */
public interface SourceType {
  /** Returns the value of {@code sources.<alias>.type}. */
  String name();

  /**
   * Returns in a few words what the type reads, for the documentation of {@code
   * sources.<alias>.type}.
   */
  String doc();

  /** Returns the type's own settings, in addition to those that every source has. */
  List<Setting<?>> settings();

  /** Returns which of the settings that all sources share have an effect on this type. */
  Set<Use> uses();

  /** Settings of the whole connector that some types do not use. */
  enum Use {
    /** Keys and channels are looked up in {@code mappings}. */
    MAPPINGS,
    /** Values are sent again every {@code snapshot.interval.ms}, changed or not. */
    SNAPSHOTS
  }

  /** Creates a source; {@link Source#problems} reports what is wrong with it. */
  Source source(SourceValues values);

  /**
   * Returns what the partitions of such sources look like, for users who set an offset by hand:
   * {@code a list has {type=list, key=<list>}}. Empty for a type that keeps no position.
   */
  default String partitionForm() {
    return "";
  }
}
