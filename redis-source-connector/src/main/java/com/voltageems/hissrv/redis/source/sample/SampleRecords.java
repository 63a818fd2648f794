package com.voltageems.hissrv.redis.source.sample;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Makes Connect records of one source's samples. */
public final class SampleRecords {
  static final Schema SCHEMA = schema().build();

  /**
   * Used only for times finer than a millisecond, because in JSON each record carries the field's
   * name.
   */
  static final Schema EXACT = schema().field("timestamp_ns", Schema.OPTIONAL_INT64_SCHEMA).build();

  /** The last millisecond whose nanoseconds fit into an int64, in the year 2262. */
  private static final long MAX_EXACT_MILLIS = Long.MAX_VALUE / Sample.NANOS_PER_MILLI - 1;

  /** Half of what a broker accepts by default, because its clock may differ from the worker's. */
  private static final long MAX_AHEAD_MS = 1_800_000;

  private static SchemaBuilder schema() {
    return SchemaBuilder.struct()
        .name("com.voltageems.hissrv.Sample")
        .version(1)
        .doc("The values of one series at one time")
        .field("measurement", Schema.STRING_SCHEMA)
        .field("tags", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).build())
        .field("fields", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.FLOAT64_SCHEMA).build())
        .field(
            "texts",
            SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).optional().build())
        .field("timestamp", Schema.INT64_SCHEMA);
  }

  private final String alias;
  private final String topic;
  private final InstantSource clock;
  private final AtomicLong newestMillis;

  public SampleRecords(String alias, String topic, InstantSource clock) {
    this(alias, topic, clock, new AtomicLong());
  }

  /**
   * Creates the records of one source.
   *
   * @param clock the worker's clock
   * @param newestMillis receives the time of the newest sample
   */
  public SampleRecords(String alias, String topic, InstantSource clock, AtomicLong newestMillis) {
    this.alias = alias;
    this.topic = topic;
    this.clock = clock;
    this.newestMillis = newestMillis;
  }

  /**
   * Returns one record.
   *
   * @param redisKey the key or channel that the sample came from
   * @param partition null, as is {@code offset}, for a source without positions
   */
  // Connect's interface is not annotated; it expects null for no partition and no offset.
  @SuppressWarnings("NullAway")
  public SourceRecord record(
      Sample sample,
      String redisKey,
      @Nullable Map<String, ?> partition,
      @Nullable Map<String, ?> offset) {
    boolean exact = sample.nanos() > 0 && sample.epochMillis() <= MAX_EXACT_MILLIS;
    Schema schema = exact ? EXACT : SCHEMA;
    Struct value =
        new Struct(schema)
            .put("measurement", sample.series().measurement())
            .put("tags", sample.series().tags())
            .put("fields", sample.fields())
            .put("timestamp", sample.epochMillis());
    if (!sample.texts().isEmpty()) {
      value.put("texts", sample.texts());
    }
    if (exact) {
      value.put("timestamp_ns", sample.epochMillis() * Sample.NANOS_PER_MILLI + sample.nanos());
    }
    long now = clock.millis();
    // A device whose clock is ahead must not make it look as if data came all the time.
    long time = Math.min(sample.epochMillis(), now);
    // Nor must the worker's own clock when it is set back.
    newestMillis.updateAndGet(newest -> newest > now ? time : Math.max(newest, time));
    ConnectHeaders headers = new ConnectHeaders();
    headers.addString("hissrv.key", redisKey);
    headers.addString("hissrv.source", alias);
    return new SourceRecord(
        partition,
        offset,
        topic,
        null,
        Schema.STRING_SCHEMA,
        sample.series().key(),
        schema,
        value,
        recordTimestamp(sample.epochMillis(), now),
        headers);
  }

  /**
   * Returns the sample's time, or now if Kafka would refuse the record, which would end the task.
   * Kafka refuses times before 1970 and, by default, times more than an hour ahead of the broker's
   * clock ({@code message.timestamp.after.max.ms}). The value keeps the sample's time. Never
   * returns null: a transformation that routes by the time (TimestampRouter) would end the task,
   * too.
   */
  private static long recordTimestamp(long epochMillis, long now) {
    return epochMillis < 0 || epochMillis - now > MAX_AHEAD_MS ? now : epochMillis;
  }
}
