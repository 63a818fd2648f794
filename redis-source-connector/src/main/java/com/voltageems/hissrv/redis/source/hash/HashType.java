package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceValues;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Source type {@code hash}: the changes of live hashes. */
public final class HashType implements SourceType {
  public static final String NAME = "hash";

  public static final Setting<List<String>> PATTERN =
      Setting.list("pattern", "")
          .high()
          .doc(
              "key patterns as SCAN takes them; companions (…:ts, …:raw) and keys of "
                  + "another type are skipped.");

  public static final Setting<List<String>> DEADBAND =
      Setting.list("deadband", "")
          .low()
          .valid(
              Validators.list(
                  "field:width or field:percentage%, ..., each field once",
                  text -> Deadband.parse(List.of(text), Duration.ZERO),
                  all -> Deadband.parse(all, Duration.ZERO)))
          .doc(
              "field:width, ... for hashes (with pubsub those that messages announce); a "
                  + "number within that width of the last one sent is not sent again; 1% is "
                  + "relative to that one, * stands for all other fields. A snapshot sends "
                  + "everything.");

  public static final Setting<Duration> MIN_INTERVAL_MS =
      Setting.millis("min.interval.ms", 0, 0, Duration.ofDays(365).toMillis())
          .low()
          .doc(
              "a field of a hash (with pubsub one that messages announce) is sent no "
                  + "more often than this, with the value it has then. A snapshot sends "
                  + "everything.");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String doc() {
    return "live hashes, what changed in them.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(PATTERN, DEADBAND, MIN_INTERVAL_MS);
  }

  @Override
  public Set<Use> uses() {
    return Set.of(Use.MAPPINGS, Use.SNAPSHOTS);
  }

  @Override
  public Source source(SourceValues values) {
    return new HashSource(values.common(), values.get(PATTERN), deadband(values));
  }

  /** Returns the deadband, which decides which changes are not sent. */
  public static Deadband deadband(SourceValues values) {
    return Deadband.parse(values.get(DEADBAND), values.get(MIN_INTERVAL_MS));
  }
}
