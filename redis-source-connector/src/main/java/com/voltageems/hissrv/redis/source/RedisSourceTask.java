package com.voltageems.hissrv.redis.source;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.TransactionContext;
import org.jspecify.annotations.Nullable;

/** Task that Connect drives; {@link RunningRedisSource} does all the work. */
public final class RedisSourceTask extends SourceTask {
  private volatile @Nullable RunningRedisSource running;
  private @Nullable TransactionContext transactions;
  private volatile @Nullable Thread poller;
  private volatile boolean nothingUnderWay;

  /** Whether the worker has committed after a poll without records, and has not polled since. */
  private boolean committed;

  @Override
  public String version() {
    return Version.get();
  }

  @Override
  public void start(Map<String, String> props) {
    transactions = context.transactionContext();
    running = SourceAssembly.start(props, context);
  }

  @Override
  // Connect's interface is not annotated; it expects null for "nothing now".
  @SuppressWarnings("NullAway")
  public List<SourceRecord> poll() throws InterruptedException {
    RunningRedisSource source = running;
    if (source == null) {
      return null;
    }
    poller = Thread.currentThread();
    if (committed) {
      committed = false;
      source.allDelivered();
    }
    List<SourceRecord> batch = source.poll();
    nothingUnderWay = batch == null;
    if (transactions != null) {
      // Also without records: if all earlier records were dropped, the worker has opened no
      // transaction, and commit() is the only sign that they are finished.
      transactions.commitTransaction();
    }
    return batch;
  }

  @Override
  public void commitRecord(SourceRecord record, @Nullable RecordMetadata metadata) {
    RunningRedisSource source = running;
    if (source != null) {
      source.delivered(record, metadata != null);
    }
  }

  /**
   * Notices records that a worker does not report. With exactly-once support a worker does not
   * report the records of a batch that were all dropped (by a transformation, or by {@code
   * errors.tolerance}), and a list would wait for them forever. But such a worker commits on the
   * task's thread. If it polls again after a commit that followed a poll without records,
   * everything before is finished.
   *
   * <p>Without exactly-once support another thread calls this method, and {@link #commitRecord}
   * reports every record. Only once, before it stops the task, such a worker calls it on the task's
   * thread, too, even if the broker is away and has acknowledged nothing.
   */
  @Override
  public void commit() {
    if (nothingUnderWay && Thread.currentThread() == poller) {
      committed = true;
    }
  }

  /** Called on the task's own thread after poll has returned for the last time. */
  @Override
  public void stop() {
    RunningRedisSource source = running;
    running = null;
    if (source != null) {
      source.stop();
      source.close();
    }
  }
}
