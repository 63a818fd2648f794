package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import java.time.Duration;

/**
 * What every source has, independent of its type.
 *
 * @param alias the source's name in the configuration
 * @param type name of the source's type
 * @param topic topic of the source's records
 * @param filter decides which samples and fields are let through
 */
public record SourceCommon(
    String alias, String type, String topic, SampleFilter filter, Intervals intervals) {

  /**
   * How often Redis is asked; the same for all sources of a connector.
   *
   * @param poll interval of reading what has changed
   * @param snapshot interval of reading everything; zero for never after the first time
   * @param discovery interval of looking for new keys
   */
  public record Intervals(Duration poll, Duration snapshot, Duration discovery) {}
}
