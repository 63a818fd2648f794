package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import com.voltageems.hissrv.redis.source.type.WindowLength;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Source that reads the windows of one length.
 *
 * @param window the length, such as {@code 1m}
 * @param scan whether SCAN looks for windows if there is no index
 */
public record ArchiveSource(SourceCommon common, String window, boolean scan) implements Source {
  private static final long STEADY_SECONDS = 300;

  @Override
  public Map<String, String> problems(RedisSettings redis) {
    return SourceTypes.required(ArchiveType.WINDOW, !window.isEmpty(), common);
  }

  /**
   * Returns a test that is false for long windows, and until a window has come. Long windows come
   * too seldom, and are already old when they come, because a window's time is its start. A site
   * that makes no windows never sends one.
   */
  @Override
  public BooleanSupplier steady(SourceMetrics counts) {
    boolean isShort = WindowLength.seconds(window) <= STEADY_SECONDS;
    return () -> isShort && counts.records.sum() > 0;
  }

  @Override
  public long windowMillis() {
    return WindowLength.seconds(window) * 1000;
  }

  @Override
  public List<Sole> soles() {
    return List.of(new Sole("archive " + window, ArchiveType.WINDOW.name()));
  }

  @Override
  public List<String> reads() {
    return List.of(window);
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  /** Returns false with SCAN, because a scan has no order that a position could store. */
  @Override
  public boolean isExactlyOnce() {
    return !scan;
  }

  @Override
  public Set<Map<String, String>> partitions() {
    Set<Map<String, String>> all = new HashSet<>();
    for (int slice = 0; slice < Slices.COUNT; slice++) {
      all.add(ArchivePosition.partition(window, slice));
    }
    return all;
  }

  @Override
  public void requireOffset(Map<String, ?> offset) {
    ArchivePosition.fromOffset(offset);
  }

  @Override
  public Set<String> offsetFields() {
    return Set.of("score", "key", "start", DataSetId.FIELD);
  }

  @Override
  public SourceReader reader(ReaderContext context) {
    return new ArchiveReader(this, context);
  }
}
