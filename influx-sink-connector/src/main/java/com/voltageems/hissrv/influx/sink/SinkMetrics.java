package com.voltageems.hissrv.influx.sink;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one task. Safe for use by several threads. */
final class SinkMetrics implements SinkMetricsMXBean {
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

  @Override
  public long getRecords() {
    return records.sum();
  }

  @Override
  public long getRecordsIgnored() {
    return ignored.sum();
  }

  @Override
  public long getRecordsReported() {
    return reported.sum();
  }

  @Override
  public long getRecordsDropped() {
    return dropped.sum();
  }

  @Override
  public long getLinesWritten() {
    return lines.sum();
  }

  @Override
  public long getBytesWritten() {
    return bytes.sum();
  }

  @Override
  public long getRequestsWritten() {
    return requests.sum();
  }

  @Override
  public long getWriteTimeMillis() {
    return writeMillis.sum();
  }

  @Override
  public long getRetries() {
    return retries.sum();
  }

  @Override
  public long getBufferedRecords() {
    return bufferedRecords.get();
  }

  @Override
  public long getBufferedBytes() {
    return bufferedBytes.get();
  }

  @Override
  public long getBatchLines() {
    return batchLines.get();
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public String getLastError() {
    return lastError;
  }
}
