package com.voltageems.hissrv.redis.source.pubsub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.sample.Companions;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.RegexTooSlowException;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Content of a message on a channel. Pure and total: every message is one of the three kinds. */
public sealed interface PubSubMessage {

  /**
   * One value.
   *
   * @param mapped the series and the names of its fields
   * @param value its {@code epochMillis} is {@link ValueText#NO_TIME} if the message has no time
   */
  record Value(KeyMapper.Mapped mapped, String field, ValueText value) implements PubSubMessage {}

  /** Announces that a hash was written and must be read. */
  // The key is bytes because it may be binary; equality below compares the content.
  @SuppressWarnings("ArrayRecordComponent")
  record Announcement(byte[] key) implements PubSubMessage {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Announcement that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
      return "Announcement[" + Bytes.text(key) + "]";
    }
  }

  /** The message contains no sample. */
  record Rejection(RejectReason reason) implements PubSubMessage {}

  /** Suffix of a model's channel: other hashes are announced on a channel named like the hash. */
  String MODEL_UPDATE = ":update";

  /** Suffix that replaces {@link #MODEL_UPDATE} in the name of the model's hash. */
  String MODEL_HASH = ":measurement";

  /** Returns whether a channel, or a pattern of channels, belongs to models. */
  static boolean isModelUpdate(String channel) {
    return channel.startsWith("modsrv:") && channel.endsWith(MODEL_UPDATE);
  }

  /** Result for every message that is longer than a value may be. */
  Rejection TOO_LONG = new Rejection(RejectReason.TOO_LONG);

  /** Parses messages. */
  final class Parser {
    private static final ObjectMapper JSON = PendingElement.boundedJson();
    private static final Pattern KEYSPACE =
        Pattern.compile("__keyspace@[0-9]+__:(.+)", Pattern.DOTALL);
    private static final Set<String> HASH_EVENTS =
        Set.of("hset", "hincrby", "hincrbyfloat", "hdel", "rename_to", "restore", "copy_to");
    private static final Set<String> POINT_CHANNELS = Set.of("point:update");
    private static final String POINT_PREFIX = "point:update:";
    private static final String CALC_PREFIX = "calc:result:";
    private static final Rejection NO_SAMPLE = new Rejection(RejectReason.NO_SAMPLE);
    private static final Rejection LONG_KEY = new Rejection(RejectReason.KEY);

    /** Most bytes before the key in the name of a keyspace event's channel. */
    private static final int MAX_KEYSPACE = 32;

    private final KeyMapper mapper;
    private final int maxValueBytes;

    /** Series by key, because channels repeat. Bounded: the map is cleared when it is full. */
    private final Map<String, KeyMapper.Mapped> series = new LinkedHashMap<>();

    private static final int MAX_SERIES = 10_000;

    public Parser(KeyMapper mapper, int maxValueBytes) {
      this.mapper = mapper;
      this.maxValueBytes = maxValueBytes;
    }

    public PubSubMessage parse(byte[] channel, byte[] payload) {
      if (payload.length > maxValueBytes) {
        return TOO_LONG;
      }
      if (channel.length > KeyMapper.MAX_KEY + MAX_KEYSPACE) {
        return LONG_KEY;
      }
      String name = Bytes.text(channel);
      if (name.startsWith("__")) {
        Matcher keyspace = KEYSPACE.matcher(name);
        // Everything before the key is ASCII, so it has as many bytes as characters.
        return keyspace.matches() && HASH_EVENTS.contains(Bytes.text(payload))
            ? announcement(Arrays.copyOfRange(channel, keyspace.start(1), channel.length))
            : new Rejection(RejectReason.OTHER_EVENT);
      }
      if (channel.length > KeyMapper.MAX_KEY) {
        return LONG_KEY;
      }
      String text = Bytes.text(payload);
      try {
        return text.startsWith("{") ? json(name, payload) : plain(name, channel, text);
      } catch (RegexTooSlowException e) {
        return new Rejection(RejectReason.REGEX);
      }
    }

    private static PubSubMessage announcement(byte[] key) {
      if (key.length > KeyMapper.MAX_KEY) {
        return LONG_KEY;
      }
      String text = Bytes.text(key);
      return Companions.isCompanion(text)
          ? new Rejection(RejectReason.COMPANION)
          : new Announcement(key);
    }

    private PubSubMessage plain(String name, byte[] channel, String text) {
      if (text.startsWith("updated:")) {
        return announcement(isModelUpdate(name) ? modelKey(channel) : channel);
      }
      if (name.startsWith(POINT_PREFIX)) {
        return number(
            map("point:update"), name.substring(POINT_PREFIX.length()), ValueText.parse(text));
      }
      if (name.startsWith(CALC_PREFIX)) {
        return number(map(name), "value", ValueText.parse(text));
      }
      int colon = text.indexOf(':');
      if (colon <= 0) {
        return NO_SAMPLE;
      }
      return number(
          map(name), text.substring(0, colon), ValueText.parse(text.substring(colon + 1)));
    }

    private static byte[] modelKey(byte[] channel) {
      byte[] model = Arrays.copyOf(channel, channel.length - MODEL_UPDATE.length());
      return Bytes.concat(model, Bytes.of(MODEL_HASH));
    }

    /** Accepts only a number as sample, because the channel carries other texts, too. */
    private static PubSubMessage number(KeyMapper.Mapped mapped, String field, ValueText value) {
      return value.kind() == ValueText.Kind.TEXT ? NO_SAMPLE : new Value(mapped, field, value);
    }

    private PubSubMessage json(String name, byte[] payload) {
      JsonNode root;
      try {
        root = JSON.readTree(payload);
      } catch (JsonProcessingException e) {
        return new Rejection(RejectReason.NO_JSON);
      } catch (IOException e) {
        return new Rejection(RejectReason.NO_JSON);
      }
      JsonNode value = root.path("value");
      if (!value.isNumber() && !value.isTextual() && !value.isBoolean()) {
        return NO_SAMPLE;
      }
      ValueText parsed =
          ValueText.parse(value.isBoolean() ? (value.booleanValue() ? "1" : "0") : value.asText());
      long time = ValueText.time(Bytes.of(root.path("timestamp").asText("")));
      ValueText timed =
          time == ValueText.NO_TIME
              ? parsed
              : new ValueText(parsed.kind(), parsed.number(), parsed.text(), time, parsed.source());
      if (isId(root.path("channel_id")) && isId(root.path("point_id"))) {
        String type = root.path("point_type").asText("m");
        String key = "comsrv:" + root.path("channel_id").asText() + ":" + type;
        return Bytes.of(key).length > KeyMapper.MAX_KEY
            ? LONG_KEY
            : number(map(key), root.path("point_id").asText(), timed);
      }
      if (name.startsWith(CALC_PREFIX)) {
        return number(map(name), "value", timed);
      }
      if (name.startsWith(POINT_PREFIX) && !POINT_CHANNELS.contains(name)) {
        return number(map("point:update"), name.substring(POINT_PREFIX.length()), timed);
      }
      return NO_SAMPLE;
    }

    private static boolean isId(JsonNode id) {
      return id.isTextual() || (id.isNumber() && Double.isFinite(id.doubleValue()));
    }

    private KeyMapper.Mapped map(String key) {
      KeyMapper.Mapped known = series.get(key);
      if (known != null) {
        return known;
      }
      KeyMapper.Mapped mapped = mapper.map(key);
      if (series.size() >= MAX_SERIES) {
        series.clear();
      }
      series.put(key, mapped);
      return mapped;
    }
  }
}
