package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.delivery.Trouble;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts of one task. Safe for use by several threads. */
final class SinkMetrics {
  private final LongAdder records = new LongAdder();
  private final LongAdder ignored = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder writeMillis = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder reported = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final AtomicLong bufferedRecords = new AtomicLong();
  private final AtomicLong bufferedBytes = new AtomicLong();
  private final AtomicLong batchLines = new AtomicLong();
  private volatile @Nullable Trouble retrying;
  private volatile boolean paused;
  private volatile String lastError = "";

  void received(int count) {
    records.add(count);
  }

  void ignored() {
    ignored.increment();
  }

  void written(int lineCount, int byteCount, long millis) {
    lines.add(lineCount);
    bytes.add(byteCount);
    requests.increment();
    writeMillis.add(millis);
  }

  void retried(String reason) {
    retries.increment();
    lastError = reason;
  }

  void reported() {
    reported.increment();
  }

  void dropped() {
    dropped.increment();
  }

  void failed(String reason) {
    lastError = reason;
  }

  void buffered(long recordCount, long byteCount) {
    bufferedRecords.set(recordCount);
    bufferedBytes.set(byteCount);
  }

  void batchLines(int count) {
    batchLines.set(count);
  }

  void paused(boolean isPaused) {
    paused = isPaused;
  }

  /** The request that has been tried again for the longest time; null when there is none. */
  void retrying(@Nullable Trouble oldest) {
    retrying = oldest;
  }

  private long retryingSince() {
    Trouble now = retrying;
    return now == null ? 0L : now.sinceMillis();
  }

  private String retryingRecord() {
    Trouble now = retrying;
    return now == null ? "" : Standstills.record(now);
  }

  /** The values by name, as the README lists them. Counts begin with the task. */
  Map<String, Supplier<?>> values() {
    Map<String, Supplier<?>> values = new LinkedHashMap<>();
    values.put("records", records::sum);
    values.put("records-ignored", ignored::sum);
    values.put("records-reported", reported::sum);
    values.put("records-dropped", dropped::sum);
    values.put("lines-written", lines::sum);
    values.put("bytes-written", bytes::sum);
    values.put("requests-written", requests::sum);
    values.put("write-time-total-ms", writeMillis::sum);
    values.put("retries", retries::sum);
    values.put("retrying-since-ms", this::retryingSince);
    values.put("retrying-record", this::retryingRecord);
    values.put("buffered-records", bufferedRecords::get);
    values.put("buffered-bytes", bufferedBytes::get);
    values.put("batch-lines", batchLines::get);
    values.put("paused", () -> paused ? 1L : 0L);
    values.put("last-error", () -> lastError);
    return values;
  }
}
