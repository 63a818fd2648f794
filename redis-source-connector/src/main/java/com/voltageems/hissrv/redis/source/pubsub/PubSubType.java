package com.voltageems.hissrv.redis.source.pubsub;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.hash.HashType;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceValues;
import java.util.List;
import java.util.Set;

/** Source type {@code pubsub}: messages of channels, and the hashes that they announce. */
public final class PubSubType implements SourceType {
  static final Setting<List<String>> PATTERN =
      HashType.PATTERN.doc("channel patterns as PSUBSCRIBE takes them.");
  static final Setting<Integer> QUEUE_MAX =
      Setting.count("queue.max", 200_000, 1000, 5_000_000)
          .low()
          .doc(
              "messages that may wait, with 64 MiB of channels and payloads at most; further ones"
                  + " are dropped and counted, and the hashes behind the patterns are read"
                  + " afterwards.");

  @Override
  public String name() {
    return "pubsub";
  }

  @Override
  public String doc() {
    return "messages of channels, and the hashes that they announce.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(PATTERN, QUEUE_MAX, HashType.DEADBAND, HashType.MIN_INTERVAL_MS);
  }

  @Override
  public Set<Use> uses() {
    return Set.of(Use.MAPPINGS);
  }

  @Override
  public Source source(SourceValues values) {
    return new PubSubSource(
        values.common(), values.get(PATTERN), values.get(QUEUE_MAX), HashType.deadband(values));
  }
}
