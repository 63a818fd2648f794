package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.hash.HashState;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps small or frequent changes of live values back.
 *
 * @param bands by field name as it stands in Redis; {@code *} for all others
 * @param minInterval zero for none
 */
public record Damping(Map<String, Band> bands, Duration minInterval) {
  static final Damping NONE = new Damping(Map.of(), Duration.ZERO);

  /**
   * How far a number has to move from the one last given.
   *
   * @param width absolute, or a percentage of the last number
   */
  record Band(double width, boolean percent) {
    boolean isInside(double last, double number) {
      double limit = percent ? Math.abs(last) * width / 100 : width;
      return Math.abs(number - last) <= limit;
    }
  }

  public Damping {
    bands = Map.copyOf(bands);
  }

  /**
   * @param pairs {@code field:0.5} or {@code *:1%}
   * @throws IllegalArgumentException saying what is wrong
   */
  public static Damping parse(List<String> pairs, Duration minInterval) {
    Map<String, Band> bands = new java.util.HashMap<>();
    for (String pair : pairs) {
      int colon = pair.lastIndexOf(':');
      if (colon <= 0) {
        throw new IllegalArgumentException("no pair of field and width");
      }
      String text = pair.substring(colon + 1).trim();
      boolean percent = text.endsWith("%");
      double width = ValueText.number(percent ? text.substring(0, text.length() - 1).trim() : text);
      if (!(width >= 0) || Double.isInfinite(width)) {
        throw new IllegalArgumentException("the width is no number from 0 on");
      }
      bands.put(pair.substring(0, colon).trim(), new Band(width, percent));
    }
    return new Damping(bands, minInterval);
  }

  public boolean isActive() {
    return !bands.isEmpty() || !minInterval.isZero();
  }

  /**
   * Whether a changed value is given on, which is remembered in {@code state}.
   *
   * @param nowMillis Redis's clock
   */
  public boolean passes(HashState state, int position, byte[] field, byte[] value, long nowMillis) {
    long lastTime = state.lastTime(position);
    long since = nowMillis - lastTime;
    // A clock that was set back must not silence a field until it has caught up.
    if (lastTime != 0 && since >= 0 && since < minInterval.toMillis()) {
      state.postpone(position);
      return false;
    }
    double number = number(value);
    double last = state.lastNumber(position);
    Band band = bands.isEmpty() ? null : band(field);
    if (band != null && band.isInside(last, number)) {
      return false;
    }
    state.given(position, number, nowMillis);
    return true;
  }

  /** A value is given on whatever it is, which is remembered in {@code state}. */
  public void given(HashState state, int position, byte[] value, long nowMillis) {
    if (isActive()) {
      state.given(position, number(value), nowMillis);
    }
  }

  private double number(byte[] value) {
    return bands.isEmpty() ? Double.NaN : ValueText.parse(value).number();
  }

  private @Nullable Band band(byte[] field) {
    Band band = bands.get(Bytes.text(field));
    return band != null ? band : bands.get("*");
  }
}
