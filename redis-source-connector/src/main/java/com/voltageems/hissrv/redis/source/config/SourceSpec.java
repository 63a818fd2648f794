package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import java.time.Duration;
import java.util.List;

/**
 * One entry of {@code sources}.
 *
 * @param alias its name in the configuration
 * @param topic where its records go
 * @param key list or stream; empty otherwise
 * @param window archive window such as {@code 1m}; empty otherwise
 * @param patterns globs of keys or channels; empty otherwise
 * @param scan whether an archive without an index is searched for by SCAN
 * @param maxRejected length of the list of rejected elements
 * @param maxQueued messages of channels that wait to be taken
 * @param filter what is let through
 * @param deadband which changes of live hashes are kept back
 */
public record SourceSpec(
    String alias,
    Type type,
    String topic,
    String key,
    String window,
    List<String> patterns,
    boolean scan,
    int maxRejected,
    int maxQueued,
    SampleFilter filter,
    Deadband deadband,
    Duration pollInterval,
    Duration snapshotInterval,
    Duration discoveryInterval) {

  public enum Type {
    ARCHIVE,
    LIST,
    HASH,
    PUBSUB,
    STREAM;

    /** Whether a position is kept that makes exactly-once possible. */
    public boolean hasPosition() {
      return this == ARCHIVE || this == LIST || this == STREAM;
    }

    /** Whether its keys can be divided over several tasks. */
    public boolean isDivisible() {
      return this == ARCHIVE || this == HASH;
    }
  }

  public SourceSpec {
    patterns = List.copyOf(patterns);
  }

  public SourceSpec withPatterns(List<String> others) {
    return new SourceSpec(
        alias,
        type,
        topic,
        key,
        window,
        others,
        scan,
        maxRejected,
        maxQueued,
        filter,
        deadband,
        pollInterval,
        snapshotInterval,
        discoveryInterval);
  }
}
