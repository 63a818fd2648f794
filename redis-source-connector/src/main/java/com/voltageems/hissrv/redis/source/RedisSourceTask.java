package com.voltageems.hissrv.redis.source;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.TransactionContext;
import org.jspecify.annotations.Nullable;

/** The shell that Connect drives; everything happens in {@link RunningRedisSource}. */
public final class RedisSourceTask extends SourceTask {
  private volatile @Nullable RunningRedisSource running;
  private @Nullable TransactionContext transactions;

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
  // Connect's interface is not annotated; null is its way to say "nothing now".
  @SuppressWarnings("NullAway")
  public List<SourceRecord> poll() throws InterruptedException {
    RunningRedisSource source = running;
    if (source == null) {
      return null;
    }
    List<SourceRecord> batch = source.poll();
    if (batch != null && transactions != null) {
      transactions.commitTransaction();
    }
    return batch;
  }

  @Override
  public void commitRecord(SourceRecord record, @Nullable RecordMetadata metadata) {
    RunningRedisSource source = running;
    if (source != null) {
      source.delivered(record);
    }
  }

  /** Called on the task's own thread once poll has returned for the last time. */
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
