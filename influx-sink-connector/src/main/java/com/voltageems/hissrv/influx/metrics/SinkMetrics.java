package com.voltageems.hissrv.influx.metrics;

import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.batch.Trouble;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Metrics of one task. Thread-safe. */
public final class SinkMetrics {
  private static final int[] PERCENTS = {50, 95, 99};
  private static final long MOST_LINES = 1_000_000;
  private static final long MOST_BYTES = 64L * 1024 * 1024;
  private static final long MOST_MILLIS = 600_000;

  private final Distribution requestLines;
  private final Distribution requestBytes;
  private final Distribution writeTime;
  private final LongAdder records = new LongAdder();
  private final LongAdder ignored = new LongAdder();
  private final Map<RejectReason, LongAdder> rejected = new EnumMap<>(RejectReason.class);
  private final LongAdder lines = new LongAdder();
  private final LongAdder points = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder writeMillis = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder reported = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final AtomicLong bufferedRecords = new AtomicLong();
  private final AtomicLong bufferedRecordBytes = new AtomicLong();
  private final AtomicLong bufferedBytes = new AtomicLong();
  private final AtomicLong batchLines = new AtomicLong();
  private volatile int placesAbsent;
  private volatile @Nullable Trouble retrying;
  private volatile boolean paused;
  private volatile String lastError = "";
  private final LongSupplier clock;
  private volatile long reportingSince;

  /**
   * Creates metrics that are all zero.
   *
   * @param millis returns the current time in milliseconds
   */
  public SinkMetrics(LongSupplier millis) {
    clock = millis;
    requestLines = new Distribution(MOST_LINES, millis);
    requestBytes = new Distribution(MOST_BYTES, millis);
    writeTime = new Distribution(MOST_MILLIS, millis);
    for (RejectReason reason : RejectReason.values()) {
      rejected.put(reason, new LongAdder());
    }
  }

  /** A line, a field or a record is refused. */
  public void rejected(RejectReason reason) {
    Objects.requireNonNull(rejected.get(reason)).increment();
  }

  /** Records came. */
  public void received(int count) {
    records.add(count);
  }

  /** A record is passed over because of a setting. */
  public void ignored() {
    ignored.increment();
  }

  /**
   * Sets how many tags and fields, counted per topic, the mapping names but no record of the topic
   * has had.
   */
  public void placesAbsent(int count) {
    placesAbsent = count;
  }

  /** The database has acknowledged a request. */
  public void written(int lineCount, int fieldCount, int byteCount, long millis) {
    requestLines.add(lineCount);
    requestBytes.add(byteCount);
    writeTime.add(millis);
    points.add(fieldCount);
    lines.add(lineCount);
    bytes.add(byteCount);
    requests.increment();
    writeMillis.add(millis);
  }

  /** A request failed and is tried again. */
  public void retried(String reason) {
    retries.increment();
    lastError = reason;
  }

  /** A record goes to the dead-letter queue. */
  public void reported() {
    reported.increment();
  }

  /**
   * Sets since when the oldest record has been on its way to the dead-letter queue.
   *
   * @param millis that time; 0 if no record is on its way
   */
  public void reportingSince(long millis) {
    reportingSince = millis;
  }

  /** Returns the current time, by the clock of these metrics. */
  public long millis() {
    return clock.getAsLong();
  }

  /** A refused record is dropped because of a setting. */
  public void dropped() {
    dropped.increment();
  }

  /** Writing has ended with a failure, or a dead letter does not arrive. */
  public void failed(String reason) {
    lastError = reason;
  }

  /** Sets what is held now. */
  public void buffered(long recordCount, long recordBytes, long lineBytes) {
    bufferedRecords.set(recordCount);
    bufferedRecordBytes.set(recordBytes);
    bufferedBytes.set(lineBytes);
  }

  /** Sets how many lines a full request has now. */
  public void batchLines(int count) {
    batchLines.set(count);
  }

  /** Sets whether the topics are paused now. */
  public void paused(boolean isPaused) {
    paused = isPaused;
  }

  /** Sets the request that has been tried again for the longest time; null if there is none. */
  public void retrying(@Nullable Trouble oldest) {
    retrying = oldest;
  }

  private long retryingSince() {
    Trouble now = retrying;
    return now == null ? 0L : now.sinceMillis();
  }

  private String retryingRecord() {
    Trouble now = retrying;
    return now == null ? "" : now.firstRecord();
  }

  /** Returns the metrics by name, as the README lists them. Counts begin when the task starts. */
  public Map<String, Supplier<?>> values() {
    Map<String, Supplier<?>> values = new LinkedHashMap<>();
    values.put("records", records::sum);
    values.put("records-ignored", ignored::sum);
    values.put("records-reported", reported::sum);
    values.put("records-dropped", dropped::sum);
    for (RejectReason reason : RejectReason.values()) {
      LongAdder count = Objects.requireNonNull(rejected.get(reason));
      values.put("rejected-" + reason.name().toLowerCase(Locale.ROOT), count::sum);
    }
    values.put("places-absent", () -> (long) placesAbsent);
    values.put("points-written", points::sum);
    values.put("lines-written", lines::sum);
    values.put("bytes-written", bytes::sum);
    values.put("requests-written", requests::sum);
    values.put("write-time-total-ms", writeMillis::sum);
    show(values, "request-lines", requestLines);
    show(values, "request-bytes", requestBytes);
    show(values, "write-time-ms", writeTime);
    values.put("retries", retries::sum);
    values.put("retrying-since-ms", this::retryingSince);
    values.put("retrying-record", this::retryingRecord);
    values.put("dead-letter-waits-since-ms", () -> reportingSince);
    values.put("buffered-records", bufferedRecords::get);
    values.put("buffered-record-bytes", bufferedRecordBytes::get);
    values.put("buffered-bytes", bufferedBytes::get);
    values.put("batch-lines", batchLines::get);
    values.put("paused", () -> paused ? 1L : 0L);
    values.put("last-error", () -> lastError);
    return values;
  }

  private static void show(
      Map<String, Supplier<?>> values, String name, Distribution distribution) {
    for (int percent : PERCENTS) {
      values.put(name + "-p" + percent, () -> distribution.percentile(percent));
    }
  }
}
