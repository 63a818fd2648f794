package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import java.time.Duration;

/**
 * What every source has, whatever its type.
 *
 * @param alias its name in the configuration
 * @param type its type's name
 * @param topic where its records go
 * @param filter what is let through
 */
public record SourceCommon(
    String alias, String type, String topic, SampleFilter filter, Intervals intervals) {

  /**
   * How often Redis is asked; the same for all sources of a connector.
   *
   * @param poll for what has changed
   * @param snapshot for everything; zero for never after the first time
   * @param discovery for new keys
   */
  public record Intervals(Duration poll, Duration snapshot, Duration discovery) {}
}
