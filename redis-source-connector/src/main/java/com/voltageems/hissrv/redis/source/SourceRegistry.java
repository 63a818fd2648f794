package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.archive.ArchiveType;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.hash.HashType;
import com.voltageems.hissrv.redis.source.list.ListType;
import com.voltageems.hissrv.redis.source.pubsub.PubSubType;
import com.voltageems.hissrv.redis.source.stream.StreamType;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** All types of sources. A new type needs one line here. */
final class SourceRegistry {
  static final SourceTypes TYPES =
      new SourceTypes(
          List.of(
              new ArchiveType(),
              new ListType(),
              new HashType(),
              new PubSubType(),
              new StreamType()));

  private SourceRegistry() {}

  /** Creates a configuration with these types. */
  static RedisSourceConfig config(Map<String, String> properties) {
    return new RedisSourceConfig(TYPES, properties);
  }

  /** Returns the settings of a configuration. */
  static ConfigDef definition(Map<String, String> properties) {
    return RedisSourceConfig.definition(TYPES, properties);
  }
}
