package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.archive.ArchivePosition;
import com.voltageems.hissrv.redis.source.list.ListPosition;
import com.voltageems.hissrv.redis.source.stream.StreamPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.junit.jupiter.api.Test;

class PositionsTest {
  private static Map<String, String> config(Map<String, String> more) {
    Map<String, String> config = new HashMap<>();
    config.put("sources", "l,a,s");
    config.put("sources.l.type", "list");
    config.put("sources.l.key", "archive:pending");
    config.put("sources.a.type", "archive");
    config.put("sources.a.window", "1m");
    config.put("sources.a.scan", "false");
    config.put("sources.s.type", "stream");
    config.put("sources.s.key", "st");
    config.putAll(more);
    return config;
  }

  @Test
  void offset_thereAndBack() {
    ListPosition list = new ListPosition("1753790700123-9f86", 4, null);
    assertThat(ListPosition.fromOffset(list.toOffset())).isEqualTo(list);
    ListPosition counted = new ListPosition("1753790700123-9f86", 4, 1753790700123000L);
    assertThat(ListPosition.fromOffset(counted.toOffset())).isEqualTo(counted);
    assertThat(ListPosition.claimMillis(list.claim())).isEqualTo(1753790700123L);
    ArchivePosition archive = new ArchivePosition(7, "archive:1m:60:1", 60);
    assertThat(ArchivePosition.fromOffset(archive.toOffset("d1"))).isEqualTo(archive);
    StreamPosition stream = new StreamPosition("15-3");
    assertThat(StreamPosition.fromOffset(stream.toOffset("", null))).isEqualTo(stream);
    assertThat(stream.isAfter(new StreamPosition("15-2"))).isTrue();
    assertThat(stream.isAfter(new StreamPosition("16-0"))).isFalse();
  }

  /** Connect compares partitions by their bytes, so the order must never change. */
  @Test
  void partition_hasOneOrder() {
    assertThat(List.copyOf(ListPosition.partition("l").keySet())).containsExactly("type", "key");
    assertThat(List.copyOf(ArchivePosition.partition("1m", 3).keySet()))
        .containsExactly("slice", "window", "type");
  }

  @Test
  void noOffset_isTheBeginning() {
    assertThat(ListPosition.fromOffset(null)).isNull();
    assertThat(ArchivePosition.fromOffset(null)).isEqualTo(ArchivePosition.NONE);
    assertThat(StreamPosition.fromOffset(null)).isEqualTo(StreamPosition.NONE);
  }

  private static void alter(Map<String, ?> partition, Map<String, ?> offset) {
    Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
    offsets.put(partition, offset);
    assertThat(new RedisSourceConnector().alterOffsets(config(Map.of()), offsets)).isTrue();
  }

  @Test
  void alterOffsets_takesGoodOnes() {
    alter(
        Map.of("type", "list", "key", "archive:pending"),
        Map.of("claim", "1753790700123-9f86", "index", 3));
    alter(Map.of("type", "archive", "window", "1m", "slice", "15"), Map.of("score", 17));
    alter(Map.of("type", "stream", "key", "st"), Map.of("id", "5-0"));
    Map<Map<String, ?>, Map<String, ?>> reset = new HashMap<>();
    reset.put(Map.of("type", "list", "key", "gone"), null);
    assertThat(new RedisSourceConnector().alterOffsets(config(Map.of()), reset)).isTrue();
  }

  /** A misspelt field would have no more effect than a missing one. */
  @Test
  void alterOffsets_refusesFieldsThatNobodyReads() {
    assertThatThrownBy(
            () ->
                alter(
                    Map.of("type", "archive", "window", "1m", "slice", "15"),
                    Map.of("score", 17, "kee", "archive:1m:60:1")))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("slice=15")
        .hasMessageContaining("kee is no field of it; those are data, key, score, start");
    assertThatThrownBy(
            () -> alter(Map.of("type", "stream", "key", "st"), Map.of("id", "5-0", "x", 1)))
        .hasMessageContaining("x is no field of it; those are added, data, id");
    assertThatThrownBy(
            () ->
                alter(
                    Map.of("type", "list", "key", "archive:pending"),
                    Map.of("claim", "1753790700123-9f86", "index", 3, "data", "x")))
        .hasMessageContaining("data is no field of it; those are claim, index");
    alter(Map.of("type", "stream", "key", "st"), new StreamPosition("15-3").toOffset("data", 4L));
    alter(
        Map.of("type", "archive", "window", "1m", "slice", "15"),
        new ArchivePosition(7, "archive:1m:60:1", 60).toOffset("data"));
  }

  @Test
  void alterOffsets_refusesBadOnesByName() {
    assertThatThrownBy(() -> alter(Map.of("type", "list", "key", "other"), Map.of()))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("key=other")
        .hasMessageContaining("belongs to no source of this connector");
    assertThatThrownBy(
            () ->
                alter(
                    Map.of("type", "list", "key", "archive:pending"),
                    Map.of("claim", "x", "index", 1)))
        .hasMessageContaining("claim \"x\" is not a claim id");
    assertThatThrownBy(
            () ->
                alter(
                    Map.of("type", "archive", "window", "1m", "slice", "0"),
                    Map.of("score", "many")))
        .hasMessageContaining("field score, a number of -1 or more, not many");
    assertThatThrownBy(
            () ->
                alter(Map.of("type", "archive", "window", "1m", "slice", "16"), Map.of("score", 1)))
        .hasMessageContaining("belongs to no source");
    assertThatThrownBy(() -> alter(Map.of("type", "stream", "key", "st"), Map.of("id", "7")))
        .hasMessageContaining("id \"7\" is not an entry id");
  }

  @Test
  void exactlyOnce_onlyWithPositionsForAll() {
    RedisSourceConnector connector = new RedisSourceConnector();
    assertThat(connector.exactlyOnceSupport(config(Map.of())))
        .isEqualTo(ExactlyOnceSupport.SUPPORTED);
    assertThat(connector.exactlyOnceSupport(config(Map.of("sources.a.scan", "true"))))
        .isEqualTo(ExactlyOnceSupport.UNSUPPORTED);
    assertThat(
            connector.exactlyOnceSupport(
                config(Map.of("sources.s.type", "hash", "sources.s.pattern", "*"))))
        .isEqualTo(ExactlyOnceSupport.UNSUPPORTED);
    assertThat(connector.canDefineTransactionBoundaries(config(Map.of())))
        .isEqualTo(ConnectorTransactionBoundaries.SUPPORTED);
  }
}
