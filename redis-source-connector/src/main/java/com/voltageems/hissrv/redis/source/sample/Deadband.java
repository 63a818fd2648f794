package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Suppresses small or frequent changes of live values.
 *
 * @param bands by field name as in Redis; {@code *} for all others
 * @param minInterval zero for no minimum
 */
public record Deadband(Map<String, Band> bands, Duration minInterval) {
  static final Deadband NONE = new Deadband(Map.of(), Duration.ZERO);

  /**
   * How far a number must move from the one last given.
   *
   * @param width absolute, or a percentage of the last number
   */
  record Band(double width, boolean percent) {
    boolean isInside(double last, double number) {
      double limit = percent ? Math.abs(last) * width / 100 : width;
      return Math.abs(number - last) <= limit;
    }
  }

  public Deadband {
    bands = Map.copyOf(bands);
  }

  /**
   * Parses the settings {@code deadband} and {@code min.interval.ms}.
   *
   * @param pairs {@code field:0.5} or {@code *:1%}
   * @throws IllegalArgumentException saying what is wrong
   */
  public static Deadband parse(List<String> pairs, Duration minInterval) {
    Map<String, Band> bands = new HashMap<>();
    for (String pair : pairs) {
      int colon = pair.lastIndexOf(':');
      if (colon <= 0) {
        throw new IllegalArgumentException("not field:width");
      }
      String text = pair.substring(colon + 1).trim();
      boolean percent = text.endsWith("%");
      double width = ValueText.number(percent ? text.substring(0, text.length() - 1).trim() : text);
      if (!(width >= 0) || Double.isInfinite(width)) {
        throw new IllegalArgumentException("the width is not a number of 0 or more");
      }
      String field = pair.substring(0, colon).trim();
      if (bands.put(field, new Band(width, percent)) != null) {
        throw new IllegalArgumentException("gives field " + field + " two widths");
      }
    }
    return new Deadband(bands, minInterval);
  }

  public boolean isActive() {
    return !bands.isEmpty() || !minInterval.isZero();
  }

  /** Decision about a changed value. */
  public enum Verdict {
    GIVE,
    /** The number is too close to the number last given. */
    KEEP_BACK,
    /** The change came too soon: look at the value again later, even if it does not change. */
    POSTPONE
  }

  /**
   * Decides about a changed value.
   *
   * @param number result of {@link #number}
   * @param lastNumber the number last given; NaN if there is none
   * @param lastMillis when it was given; 0 for never
   * @param nowMillis time of Redis's clock
   */
  public Verdict judge(
      byte[] field, double number, double lastNumber, long lastMillis, long nowMillis) {
    long since = nowMillis - lastMillis;
    // A clock that was set back must not silence a field until it has caught up.
    if (lastMillis != 0 && since >= 0 && since < minInterval.toMillis()) {
      return Verdict.POSTPONE;
    }
    Band band = bands.isEmpty() ? null : band(field);
    return band != null && band.isInside(lastNumber, number) ? Verdict.KEEP_BACK : Verdict.GIVE;
  }

  /**
   * Returns the number in a value, if it is needed here; NaN for texts, and if there are no bands.
   */
  public double number(byte[] value) {
    return bands.isEmpty() ? Double.NaN : ValueText.parse(value).number();
  }

  private @Nullable Band band(byte[] field) {
    Band band = bands.get(Bytes.text(field));
    return band != null ? band : bands.get("*");
  }
}
