package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Width;

/** Settings that all sources of a connector share. */
public final class GeneralSettings {
  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{0,180}");

  public static final Setting<List<String>> SOURCES =
      Setting.list("sources")
          .high()
          .valid(Validators.nonEmptyNames())
          .doc(
              "Aliases of the sources, each with settings of its own: sources.<alias>.type and so"
                  + " on.");

  static final Setting<String> TOPIC_PREFIX =
      topic("topic.prefix", "hissrv.", "not a valid topic prefix")
          .high()
          .doc("A source's topic is this prefix and the source's alias.");

  static final Setting<Duration> POLL_INTERVAL =
      Setting.millis("poll.interval.ms", 1000, 10, 3_600_000)
          .doc(
              "How often hashes are read, and how often an empty list or archive is checked again.");

  static final Setting<Duration> SNAPSHOT_INTERVAL =
      Setting.millis("snapshot.interval.ms", 600_000, 0, Duration.ofDays(365).toMillis())
          .doc("How often hashes are sent in full, changed or not; 0: only the first time.");

  static final Setting<Duration> DISCOVERY_INTERVAL =
      Setting.millis("discovery.interval.ms", 5000, 10, 3_600_000)
          .low()
          .doc("How often new keys of the patterns are looked for by SCAN.");

  static final Setting<Integer> BATCH_MAX_RECORDS =
      Setting.count("batch.max.records", 2000, 1, 10_000)
          .doc(
              "Maximum number of records of one poll, and of elements of one claim of a "
                  + "list (500 at most).");

  private static final int MOST_BATCH_BYTES = 256 * 1024;

  static final Setting<Integer> BATCH_MAX_BYTES =
      Setting.count("batch.max.bytes", MOST_BATCH_BYTES, 1024, MOST_BATCH_BYTES)
          .low()
          .doc(
              "Approximate maximum of bytes in one claim of a list and one page of a "
                  + "stream; more would block Redis for longer than a few milliseconds.");

  static final Setting<Integer> VALUE_MAX_BYTES =
      Setting.count("value.max.bytes", 64 * 1024, 64, 16 * 1024 * 1024)
          .low()
          .doc(
              "A longer value is rejected. InfluxDB takes texts of 64 KB; above that the producer's"
                  + " max.request.size has to grow, too.");

  static final Setting<Integer> RECORD_MAX_BYTES =
      Setting.count("record.max.bytes", 400_000, 1024, 16 * 1024 * 1024)
          .low()
          .doc(
              "Approximate maximum of bytes in a record: a larger sample becomes several records."
                  + " Set it, and value.max.bytes, to half of a topic's max.message.bytes if that is"
                  + " below 1 MB and cannot be raised.");

  static final Setting<String> CONTROL_CHANNEL =
      Setting.text("control.channel", "hissrv:control")
          .low()
          .doc(
              "A message on this channel makes every source poll at once; empty for "
                  + "none. If the user's ACL refuses the channel, the task fails only if this "
                  + "setting is given.");

  static final Setting<String> STATUS_TOPIC =
      topic("status.topic", "hissrv-status", "not a valid topic name")
          .low()
          .doc(
              "Topic for small status records that say what holds the task up "
                  + "(docs/status.md); empty for none.");

  static final Setting<Duration> STATUS_INTERVAL =
      Setting.millis("status.interval.ms", 10_000, 100, 3_600_000)
          .low()
          .doc("Longest time between two such records.");

  static final Setting<NonFinite> NON_FINITE =
      Setting.choice("nonfinite.values", NonFinite.DROP)
          .low()
          .doc("NaN and infinities: drop them (and count them), or keep them as text.");

  private GeneralSettings() {}

  static Setting<?>[] all() {
    return new Setting<?>[] {
      SOURCES,
      TOPIC_PREFIX,
      POLL_INTERVAL,
      SNAPSHOT_INTERVAL,
      DISCOVERY_INTERVAL,
      BATCH_MAX_RECORDS,
      BATCH_MAX_BYTES,
      VALUE_MAX_BYTES,
      RECORD_MAX_BYTES,
      CONTROL_CHANNEL,
      STATUS_TOPIC,
      STATUS_INTERVAL,
      NON_FINITE
    };
  }

  /** Reports a record's limit that a single value may exceed. */
  static void crossErrors(
      AbstractConfig config, Map<String, String> given, Map<String, String> errors) {
    int record = RECORD_MAX_BYTES.in(config);
    int value = VALUE_MAX_BYTES.in(config);
    if (given.containsKey(RECORD_MAX_BYTES.name()) && record < value) {
      errors.put(
          RECORD_MAX_BYTES.name(),
          record
              + " is less than "
              + VALUE_MAX_BYTES.name()
              + ", "
              + value
              + ", but a record has at least one whole value: set "
              + VALUE_MAX_BYTES.name()
              + " to at most "
              + record
              + " (longer values are then rejected)");
    }
  }

  private static Setting<String> topic(String name, String defaultValue, String otherwise) {
    return Setting.text(name, defaultValue)
        .width(Width.MEDIUM)
        .valid(
            "letters, digits, '.', '_' and '-'",
            text -> {
              if (!TOPIC.matcher(text).matches()) {
                throw new IllegalArgumentException(otherwise);
              }
            });
  }
}
