package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.delivery.Backoff;
import com.voltageems.hissrv.influx.delivery.BatchSize;
import com.voltageems.hissrv.influx.delivery.Delivery;
import java.time.Duration;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

/** How lines are gathered, written and written again. */
public final class WritingSettings {
  static final String GROUP = "Writing";

  public static final String BATCH_MIN_CONFIG = "batch.size.min";
  private static final int BATCH_MIN_DEFAULT = 100;
  private static final String BATCH_MIN_DOC =
      "The fewest lines that the adaptive size of a request falls to.";

  public static final String BATCH_MAX_CONFIG = "batch.size.max";
  private static final int BATCH_MAX_DEFAULT = 10_000;
  private static final String BATCH_MAX_DOC = "The most lines of a request.";

  public static final String BATCH_BYTES_CONFIG = "batch.bytes.max";
  private static final int BATCH_BYTES_DEFAULT = 2 * 1024 * 1024;
  private static final String BATCH_BYTES_DOC =
      "The size of the body at which a request is full, before compression.";

  public static final String LINGER_CONFIG = "linger.ms";
  private static final int LINGER_DEFAULT = 200;
  private static final String LINGER_DOC = "The longest wait for a request to fill.";

  public static final String BUFFER_RECORDS_CONFIG = "buffer.records.max";
  private static final int BUFFER_RECORDS_DEFAULT = 20_000;
  private static final String BUFFER_RECORDS_DOC =
      "Records held before the topics are paused; exceeded by at most one poll of the consumer.";

  public static final String BUFFER_BYTES_CONFIG = "buffer.bytes.max";
  private static final int BUFFER_BYTES_DEFAULT = 8 * 1024 * 1024;
  private static final String BUFFER_BYTES_DOC =
      "Bytes of line protocol held before the topics are paused. The records themselves, which are"
          + " held with them, take about ten times as much of the heap.";

  public static final String WORKERS_CONFIG = "write.workers";
  private static final int WORKERS_DEFAULT = 1;
  private static final String WORKERS_DOC =
      "Requests under way at a time, per task. The partitions are divided into that many groups;"
          + " inside a group lines are written in order.";

  public static final String BACKOFF_CONFIG = "retry.backoff.ms";
  private static final int BACKOFF_DEFAULT = 200;
  private static final String BACKOFF_DOC =
      "The wait before the first retry; it doubles with each further one, and up to a half of it is"
          + " taken off at random.";

  public static final String BACKOFF_MAX_CONFIG = "retry.backoff.max.ms";
  private static final int BACKOFF_MAX_DEFAULT = 10_000;
  private static final String BACKOFF_MAX_DOC =
      "The longest wait between two tries, unless the database asks for more by Retry-After (then"
          + " at most ten minutes).";

  public static final String RETRY_MAX_TIME_CONFIG = "retry.max.time.ms";
  private static final long RETRY_MAX_TIME_DEFAULT = -1;
  private static final String RETRY_MAX_TIME_DOC =
      "How long one request is retried before the task fails; -1 is for ever. Nothing is lost by"
          + " either: what was not written is not committed.";

  public static final String POISON_RETRIES_CONFIG = "poison.retries";
  private static final int POISON_RETRIES_DEFAULT = 3;
  private static final String POISON_RETRIES_DOC =
      "How often the database may fail (HTTP 500) at a request before the line is looked for at"
          + " which it fails; and how often it then has to fail at that line alone, each time"
          + " between other lines that it accepts, until the record goes to the dead-letter queue."
          + " While it accepts none, it is the database that fails, and nothing is given up.";

  public static final String FLUSH_TIMEOUT_CONFIG = "flush.timeout.ms";
  private static final int FLUSH_TIMEOUT_DEFAULT = 2_000;
  private static final String FLUSH_TIMEOUT_DOC =
      "The longest that a commit waits for lines under way, so that a rebalance or a stop repeats"
          + " few of them. No wait while the database is not answering.";

  private final AbstractConfig config;

  WritingSettings(AbstractConfig config) {
    this.config = config;
  }

  public BatchSize newBatchSize() {
    return new BatchSize(config.getInt(BATCH_MIN_CONFIG), config.getInt(BATCH_MAX_CONFIG));
  }

  public int batchBytes() {
    return config.getInt(BATCH_BYTES_CONFIG);
  }

  public Duration linger() {
    return millis(LINGER_CONFIG);
  }

  public int bufferRecords() {
    return config.getInt(BUFFER_RECORDS_CONFIG);
  }

  public long bufferBytes() {
    return config.getInt(BUFFER_BYTES_CONFIG);
  }

  public int workers() {
    return config.getInt(WORKERS_CONFIG);
  }

  /** How requests are repeated; no longest time is for ever. */
  public Delivery.Rules deliveryRules() {
    long millis = config.getLong(RETRY_MAX_TIME_CONFIG);
    return new Delivery.Rules(
        new Backoff(millis(BACKOFF_CONFIG), millis(BACKOFF_MAX_CONFIG)),
        millis < 0 ? null : Duration.ofMillis(millis),
        config.getInt(POISON_RETRIES_CONFIG));
  }

  public Duration flushTimeout() {
    return millis(FLUSH_TIMEOUT_CONFIG);
  }

  private Duration millis(String key) {
    return Duration.ofMillis(config.getInt(key));
  }

  static void define(Definition d) {
    d.group(GROUP);
    d.count(BATCH_MIN_CONFIG, BATCH_MIN_DEFAULT, BATCH_MIN_DOC);
    d.count(BATCH_MAX_CONFIG, BATCH_MAX_DEFAULT, BATCH_MAX_DOC);
    d.count(BATCH_BYTES_CONFIG, BATCH_BYTES_DEFAULT, BATCH_BYTES_DOC);
    d.millis(LINGER_CONFIG, LINGER_DEFAULT, 0, LINGER_DOC);
    d.count(BUFFER_RECORDS_CONFIG, BUFFER_RECORDS_DEFAULT, BUFFER_RECORDS_DOC);
    d.count(BUFFER_BYTES_CONFIG, BUFFER_BYTES_DEFAULT, BUFFER_BYTES_DOC);
    d.key(
        WORKERS_CONFIG,
        ConfigDef.Type.INT,
        WORKERS_DEFAULT,
        Range.between(1, 64),
        Importance.MEDIUM,
        WORKERS_DOC);
    d.millis(BACKOFF_CONFIG, BACKOFF_DEFAULT, 1, BACKOFF_DOC);
    d.millis(BACKOFF_MAX_CONFIG, BACKOFF_MAX_DEFAULT, 1, BACKOFF_MAX_DOC);
    d.key(
        RETRY_MAX_TIME_CONFIG,
        ConfigDef.Type.LONG,
        RETRY_MAX_TIME_DEFAULT,
        Range.atLeast(-1),
        Importance.MEDIUM,
        RETRY_MAX_TIME_DOC);
    d.count(POISON_RETRIES_CONFIG, POISON_RETRIES_DEFAULT, POISON_RETRIES_DOC);
    d.millis(FLUSH_TIMEOUT_CONFIG, FLUSH_TIMEOUT_DEFAULT, 0, FLUSH_TIMEOUT_DOC);
  }
}
