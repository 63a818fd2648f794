package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.batch.BatchSize;
import com.voltageems.hissrv.influx.delivery.Backoff;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import java.time.Duration;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings of how lines are collected, written and written again. */
public final class WritingSettings {
  private static final String GROUP = "Writing";

  public static final Setting<Integer> BATCH_MIN =
      Setting.count("batch.size.min", 100, 1, Integer.MAX_VALUE)
          .doc("Smallest size, in lines, to which the adaptive request size shrinks.");

  public static final Setting<Integer> BATCH_MAX =
      Setting.count("batch.size.max", 10_000, 1, Integer.MAX_VALUE)
          .doc(
              "Largest request, in lines; a request takes all that arrived while the "
                  + "previous one was in flight.");

  public static final Setting<Integer> BATCH_BYTES =
      Setting.count("batch.bytes.max", 2 * 1024 * 1024, 1, Integer.MAX_VALUE)
          .doc("The size of the body at which a request is full, before compression.");

  public static final Setting<Duration> LINGER =
      Setting.millis("linger.ms", 200, 0, 3_600_000)
          .low()
          .doc("Longest wait for a request to reach 1,000 lines, or its maximum.");

  public static final Setting<Integer> BUFFER_RECORDS =
      Setting.count("buffer.records.max", 20_000, 1, Integer.MAX_VALUE)
          .doc(
              "Records held before the topics are paused; exceeded by at most one poll of the consumer.");

  public static final Setting<Integer> BUFFER_BYTES =
      Setting.count("buffer.bytes.max", 8 * 1024 * 1024, 1, Integer.MAX_VALUE)
          .doc(
              "Bytes of line protocol held before the topics are paused. The records, held with them as the"
                  + " bytes that stand in Kafka, take up to ten times as much of the heap where each"
                  + " is one field, less than three times where it is fifty; with four times as many"
                  + " bytes in Kafka, as where little of each is written, the topics are paused, too.");

  public static final Setting<Integer> WORKERS =
      Setting.count("write.workers", 1, 1, 64)
          .doc(
              "Requests in flight at a time, per task. The partitions are divided into "
                  + "that many groups; within a group lines are written in order.");

  public static final Setting<Duration> BACKOFF =
      Setting.millis("retry.backoff.ms", 200, 1, 3_600_000)
          .low()
          .doc(
              "The wait before the first retry; it doubles with each further one, minus "
                  + "up to half of it at random.");

  public static final Setting<Duration> BACKOFF_MAX =
      Setting.millis("retry.backoff.max.ms", 10_000, 1, 3_600_000)
          .low()
          .doc(
              "The longest wait between two tries, unless the database asks for more by Retry-After (then"
                  + " at most ten minutes).");

  public static final Setting<Duration> RETRY_MAX_TIME =
      Setting.millis("retry.max.time.ms", -1, -1, Long.MAX_VALUE)
          .doc(
              "How long one request is retried before the task fails; -1 means for ever. "
                  + "Nothing is lost either way: what was not written is not committed.");

  public static final Setting<Integer> POISON_RETRIES =
      Setting.count("poison.retries", 3, 1, Integer.MAX_VALUE)
          .doc(
              "How often the database may fail a request (HTTP 500) before the sink "
                  + "searches for the line that causes it; and how often it then has to fail "
                  + "on that line alone, each time between other lines that it accepts, until "
                  + "the record goes to the dead-letter queue. While it accepts no line at "
                  + "all, the database is at fault and nothing is given up.");

  public static final Setting<Duration> FLUSH_TIMEOUT =
      Setting.millis("flush.timeout.ms", 2_000, 0, 3_600_000)
          .low()
          .doc(
              "Longest time that a commit waits for lines in flight, so that a rebalance "
                  + "or a stop repeats few of them. No wait while the database is not "
                  + "answering.");

  private final AbstractConfig config;

  WritingSettings(AbstractConfig config) {
    this.config = config;
  }

  public BatchSize newBatchSize() {
    return new BatchSize(BATCH_MIN.in(config), BATCH_MAX.in(config));
  }

  public int batchBytes() {
    return BATCH_BYTES.in(config);
  }

  public Duration linger() {
    return LINGER.in(config);
  }

  public int bufferRecords() {
    return BUFFER_RECORDS.in(config);
  }

  public long bufferBytes() {
    return BUFFER_BYTES.in(config);
  }

  public int workers() {
    return WORKERS.in(config);
  }

  /** Returns how requests are repeated; without a longest time, they are repeated without limit. */
  public Delivery.Rules deliveryRules() {
    Duration longest = RETRY_MAX_TIME.in(config);
    return new Delivery.Rules(
        new Backoff(BACKOFF.in(config), BACKOFF_MAX.in(config)),
        longest.isNegative() ? null : longest,
        POISON_RETRIES.in(config),
        // One more write timeout: when it is over, the request is at most twice that old.
        DatabaseSettings.WRITE_TIMEOUT.in(config));
  }

  public Duration flushTimeout() {
    return FLUSH_TIMEOUT.in(config);
  }

  static void addTo(SettingGroups groups) {
    groups.add(
        GROUP,
        BATCH_MIN,
        BATCH_MAX,
        BATCH_BYTES,
        LINGER,
        BUFFER_RECORDS,
        BUFFER_BYTES,
        WORKERS,
        BACKOFF,
        BACKOFF_MAX,
        RETRY_MAX_TIME,
        POISON_RETRIES,
        FLUSH_TIMEOUT);
  }
}
