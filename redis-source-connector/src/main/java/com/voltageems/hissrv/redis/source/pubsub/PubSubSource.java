package com.voltageems.hissrv.redis.source.pubsub;

import com.voltageems.hissrv.redis.source.hash.HashSource;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.KeyspaceEvents;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.sample.Companions;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Source that listens to channels.
 *
 * @param patterns patterns of the channels
 * @param maxQueued most messages that may wait in the queue
 * @param deadband decides which changes of the announced hashes are not sent
 */
public record PubSubSource(
    SourceCommon common, List<String> patterns, int maxQueued, Deadband deadband)
    implements Source {
  private static final String IN_A_CLUSTER =
      "keyspace events are not supported in a cluster, where each node publishes those of its own"
          + " keys only; use type hash";

  public PubSubSource {
    patterns = List.copyOf(patterns);
  }

  @Override
  public Map<String, String> problems(RedisSettings redis) {
    if (patterns.isEmpty()) {
      return SourceTypes.required(PubSubType.PATTERN, false, common);
    }
    Stream<String> problems =
        KeyspaceEvents.isMeant(patterns) && redis.mode() == RedisSettings.Mode.CLUSTER
            ? Stream.of(IN_A_CLUSTER)
            : patterns.stream()
                .map(
                    pattern ->
                        KeyspaceEvents.problem(pattern, redis.database(), redis.names().uri()))
                .filter(Objects::nonNull);
    List<String> keys = patterns.stream().filter(KeyspaceEvents::isOne).toList();
    return Stream.concat(problems, Companions.problem(keys).stream())
        .findFirst()
        .map(problem -> Map.of(PubSubType.PATTERN.name(), problem))
        .orElse(Map.of());
  }

  @Override
  public List<String> reads() {
    return patterns;
  }

  /** Reports if Redis does not publish keyspace events. */
  @Override
  public Map<String, String> problemsAt(RedisLink link, String connector) {
    String off = KeyspaceEvents.isMeant(patterns) ? KeyspaceEvents.switchedOff(link) : null;
    return off == null ? Map.of() : Map.of(PubSubType.PATTERN.name(), off);
  }

  /**
   * Returns the hashes that the channels cover: they are read when messages may have been missed.
   */
  HashSource hashes() {
    return new HashSource(common, PubSubReader.keyPatterns(patterns), deadband);
  }

  @Override
  public SourceReader reader(ReaderContext context) {
    return new PubSubReader(this, context);
  }
}
