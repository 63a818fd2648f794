package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Setting;
import org.apache.kafka.common.config.AbstractConfig;

/** Values of one source's settings. */
public final class SourceValues {
  private final AbstractConfig config;
  private final SourceCommon common;

  SourceValues(AbstractConfig config, SourceCommon common) {
    this.config = config;
    this.common = common;
  }

  /** Returns what the source has in common with sources of every type. */
  public SourceCommon common() {
    return common;
  }

  public <T> T get(Setting<T> setting) {
    return setting.under(SourceTypes.prefix(common.alias())).in(config);
  }
}
