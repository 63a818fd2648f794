package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Source that drains a pending list.
 *
 * @param maxRejected length of the list of rejected elements
 */
public record ListSource(SourceCommon common, String key, int maxRejected) implements Source {

  @Override
  public Map<String, String> problems(RedisSettings redis) {
    return SourceTypes.required(ListType.KEY, !key.isEmpty(), common);
  }

  /** Reports whether another connector already drains the list. */
  @Override
  public Map<String, String> problemsAt(RedisLink link, String connector) {
    Object owner = link.call(Command.keyed("GET", new ListKeys(key, link.isCluster()).owner()));
    if (!(owner instanceof byte[] name) || Bytes.text(name).equals(connector)) {
      return Map.of();
    }
    return Map.of(
        ListType.KEY.name(),
        key
            + " is drained by the connector "
            + Bytes.text(name)
            + " already, and two would send its elements twice; stop that one. If that connector was"
            + " killed, wait: its claim to the list expires after half a minute, or three poll"
            + " intervals");
  }

  /**
   * Includes the helper keys: a source that drains one of them would take elements that are in
   * flight.
   */
  @Override
  public List<Sole> soles() {
    return Stream.of(false, true)
        .flatMap(cluster -> new ListKeys(key, cluster).all().stream())
        .map(Bytes::text)
        .distinct()
        .map(each -> new Sole("list " + each, ListType.KEY.name()))
        .toList();
  }

  @Override
  public List<String> reads() {
    return List.of();
  }

  /** Returns a test that is always false: a pending list may well be empty. */
  @Override
  public BooleanSupplier steady(SourceMetrics counts) {
    return () -> false;
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public boolean isExactlyOnce() {
    return true;
  }

  @Override
  public Set<Map<String, String>> partitions() {
    return Set.of(ListPosition.partition(key));
  }

  @Override
  public void requireOffset(Map<String, ?> offset) {
    ListPosition.fromOffset(offset);
  }

  @Override
  public Set<String> offsetFields() {
    return Set.of("claim", "index");
  }

  @Override
  public SourceReader reader(ReaderContext context) {
    return new ListReader(this, context);
  }
}
