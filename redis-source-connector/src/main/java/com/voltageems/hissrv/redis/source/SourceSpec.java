package com.voltageems.hissrv.redis.source;

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
 * @param damping which changes of live hashes are kept back
 */
record SourceSpec(
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
    Damping damping,
    Duration pollInterval,
    Duration snapshotInterval,
    Duration discoveryInterval) {

  enum Type {
    ARCHIVE,
    LIST,
    HASH,
    PUBSUB,
    STREAM;

    /** Whether a position is kept that makes exactly-once possible. */
    boolean hasPosition() {
      return this == ARCHIVE || this == LIST || this == STREAM;
    }

    /** Whether its keys can be divided over several tasks. */
    boolean isDivisible() {
      return this == ARCHIVE || this == HASH;
    }
  }

  SourceSpec {
    patterns = List.copyOf(patterns);
  }

  SourceSpec withPatterns(List<String> others) {
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
        damping,
        pollInterval,
        snapshotInterval,
        discoveryInterval);
  }
}
