package com.voltageems.hissrv.redis.source.pubsub;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.hash.HashReader;
import com.voltageems.hissrv.redis.source.jedis.Subscription;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import com.voltageems.hissrv.redis.source.reader.KeyspaceEvents;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.MessageQueue;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.ArchiveKey;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.Series;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts the messages of channels to samples. Values of one series at one time become one record.
 * After every (re)connect, and after messages were dropped, it reads the hashes that the channel
 * patterns stand for, once. An announcement without a value makes it read the announced hash.
 */
public final class PubSubReader implements SourceReader {
  private static final Logger LOG = LoggerFactory.getLogger(PubSubReader.class);

  private static final long CLOCK_EVERY_NANOS = 10_000_000_000L;

  /**
   * Without this pause, a source with more messages than it can handle would read the hashes all
   * the time.
   */
  private static final long REPAIR_EVERY_NANOS = 1_000_000_000L;

  private final PubSubSource source;
  private final RedisLink link;
  private final MessageQueue messages;
  private final Supplier<@Nullable String> unsubscribed;
  private final HashReader hashes;
  private final PubSubMessage.Parser parser;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private long clockMillis;
  private long clockNanos;
  private boolean clockKnown;

  private final WorkerClock clock;
  private long nextRepairNanos;
  private boolean repairedLast;

  /** Whether all keys could be read at the last look. */
  private boolean wasWhole = true;

  /** Whether to check that Redis publishes keyspace events. */
  private boolean watchesEvents;

  private volatile @Nullable String eventsOff;

  public PubSubReader(PubSubSource source, ReaderContext context) {
    this(source, context, context.subscriber().subscribe(source.patterns(), source.maxQueued()));
  }

  private PubSubReader(PubSubSource source, ReaderContext context, Subscription subscription) {
    this(source, context, subscription.queue(), subscription::trouble);
  }

  /**
   * Creates a reader of a given queue.
   *
   * @param unsubscribed returns why no messages come; null while they do
   */
  PubSubReader(
      PubSubSource source,
      ReaderContext context,
      MessageQueue messages,
      Supplier<@Nullable String> unsubscribed) {
    this.source = source;
    this.link = context.link();
    this.messages = messages;
    this.unsubscribed = unsubscribed;
    this.hashes = new HashReader(source.hashes(), context.undivided(), true);
    this.records = context.records();
    this.limits = context.limits();
    this.metrics = context.metrics();
    this.clock = context.clock();
    this.parser = new PubSubMessage.Parser(context.mapper(), limits.maxValueBytes());
    this.watchesEvents = KeyspaceEvents.isMeant(source.patterns());
    this.nextRepairNanos = clock.nanos();
    metrics.droppedBy(messages::dropped);
  }

  /**
   * Returns the key patterns that belong to channel patterns, see {@link
   * PubSubMessage#MODEL_UPDATE}. No hash is known for {@code point:update}.
   */
  public static List<String> keyPatterns(List<String> channelPatterns) {
    return channelPatterns.stream()
        .map(pattern -> pattern.replaceFirst("^__keyspace@[0-9*]+__:", ""))
        .map(
            pattern ->
                PubSubMessage.isModelUpdate(pattern)
                    ? pattern.replaceFirst(
                        PubSubMessage.MODEL_UPDATE + "$", PubSubMessage.MODEL_HASH)
                    : pattern)
        .filter(pattern -> !pattern.startsWith("__") && !pattern.startsWith("point:update"))
        .distinct()
        .toList();
  }

  @Override
  public List<SourceRecord> read(int limit) {
    // Connects: what a gap left behind may be on a cluster's node that is away.
    link.primaries();
    boolean whole = link.isComplete();
    if (whole && !wasWhole) {
      hashes.wake();
    }
    wasWhole = whole;
    long now = clock.nanos();
    if (now - nextRepairNanos >= 0 && messages.takeGap()) {
      nextRepairNanos = now + REPAIR_EVERY_NANOS;
      metrics.gaps.increment();
      hashes.wake();
      lookForEvents();
    }
    // Take turns: a pass over the hashes must not keep messages waiting until they, too, are
    // dropped.
    boolean messagesFirst = repairedLast && messages.hasMessages();
    repairedLast = false;
    long due = hashes.dueNanos();
    if (!messagesFirst && clock.nanos() - due >= 0) {
      List<SourceRecord> repaired = hashes.read(limit);
      if (!repaired.isEmpty()) {
        repairedLast = true;
        return repaired;
      }
    }
    readClock();
    List<SourceRecord> out = convert(messages.take(limit));
    metrics.records.add(out.size());
    return out;
  }

  private void readClock() {
    long now = clock.nanos();
    if (!clockKnown || now - clockNanos > CLOCK_EVERY_NANOS) {
      clockMillis = RedisTime.millis(link.call(Command.of("TIME")));
      clockNanos = clock.nanos();
      clockKnown = true;
      lookForEvents();
    }
  }

  /**
   * Checks whether Redis sends the events: it also accepts a subscription to events that it never
   * sends.
   */
  private void lookForEvents() {
    if (!watchesEvents) {
      return;
    }
    try {
      eventsOff = KeyspaceEvents.switchedOff(link);
    } catch (CommandRefusedException | RedisReplyException e) {
      watchesEvents = false;
      LOG.warn(
          "Source {}: cannot check notify-keyspace-events, because CONFIG GET is refused; make sure"
              + " that it has K and h, without which no events come: {}",
          source.common().alias(),
          e.getMessage());
    }
  }

  private List<SourceRecord> convert(List<MessageQueue.Message> taken) {
    List<Open> open = new ArrayList<>(taken.size());
    Map<String, Open> last = new HashMap<>();
    for (MessageQueue.Message message : taken) {
      byte[] payload = message.payload();
      PubSubMessage parsed =
          payload == null ? PubSubMessage.TOO_LONG : parser.parse(message.channel(), payload);
      if (parsed instanceof PubSubMessage.Value value) {
        add(message, value, open, last);
      } else if (parsed instanceof PubSubMessage.Announcement announcement) {
        hashes.announce(announcement.key());
      } else if (parsed instanceof PubSubMessage.Rejection rejection) {
        reject(message, rejection.reason());
      }
    }
    List<SourceRecord> out = new ArrayList<>(open.size());
    for (Open each : open) {
      out.addAll(recordsOf(each));
    }
    return out;
  }

  /** Counts the message, and names those whose channel somebody can do something about. */
  private void reject(MessageQueue.Message message, RejectReason reason) {
    switch (reason) {
      case TOO_LONG ->
          metrics.reject(
              reason,
              message.channel(),
              "a message of more than " + limits.maxValueBytes() + " bytes (value.max.bytes)");
      case KEY -> metrics.reject(reason, message.channel(), "the channel or its key is too long");
      case REGEX ->
          metrics.reject(reason, message.channel(), "a mapping's pattern takes too long on it");
      default -> metrics.reject(reason);
    }
  }

  /** Record that may still take fields. */
  private record Open(
      String channel,
      Series series,
      long epochMillis,
      SampleBuilder builder,
      List<String> fields) {}

  private void add(
      MessageQueue.Message message,
      PubSubMessage.Value value,
      List<Open> open,
      Map<String, Open> last) {
    long time = value.value().epochMillis();
    if (time == ValueText.NO_TIME) {
      time = ArchiveKey.startMillis(message.channel());
    }
    if (time == ValueText.NO_TIME) {
      time = clockMillis + (message.receivedNanos() - clockNanos) / 1_000_000;
    }
    String series = value.mapped().series().key();
    Open target = last.get(series);
    // If the field is already there, it was published twice: make two samples, so that none is
    // lost.
    if (target == null || target.epochMillis() != time || target.fields().contains(value.field())) {
      target =
          new Open(
              Bytes.text(message.channel()),
              value.mapped().series(),
              time,
              new SampleBuilder(message.channel(), value.mapped().names(), limits, metrics),
              new ArrayList<>(2));
      open.add(target);
      last.put(series, target);
    }
    target.builder().add(value.field(), value.value());
    target.fields().add(value.field());
  }

  /** Returns no record, one, or several if the sample is too large for one. */
  private List<SourceRecord> recordsOf(Open open) {
    if (open.builder().isEmpty()) {
      return List.of();
    }
    Sample sample =
        source.common().filter().apply(open.builder().build(open.series(), open.epochMillis()));
    if (sample == null) {
      metrics.filtered.increment();
      return List.of();
    }
    metrics.points.add(sample.points());
    return sample.parts(limits.maxRecordBytes()).stream()
        .map(part -> records.record(part, open.channel(), null, null))
        .toList();
  }

  @Override
  public long dueNanos() {
    if (messages.hasMessages() || (!wasWhole && link.isComplete())) {
      return clock.nanos();
    }
    long due = hashes.dueNanos();
    return messages.hasGap() && nextRepairNanos - due < 0 ? nextRepairNanos : due;
  }

  @Override
  public void wake() {
    hashes.wake();
  }

  @Override
  public @Nullable String trouble() {
    String off = eventsOff;
    return off != null ? off : unsubscribed.get();
  }
}
