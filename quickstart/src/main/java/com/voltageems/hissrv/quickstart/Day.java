package com.voltageems.hissrv.quickstart;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * The state of the site at a moment. The sun shines from six to six, behind passing clouds; the
 * building wakes in the morning and cooks in the evening; the battery charges from the sun and
 * discharges afterwards; the chiller does not answer from 12:00 to 12:40 and for two minutes of
 * every hour. Powers in kW.
 *
 * @param hour of the site's clock, 0 to 24
 */
record Day(long epochSecond, double hour) {
  private static final double SUN = 46;
  private static final double CHARGING = 12;
  private static final double DISCHARGING = 10.8;
  private static final double LOWEST_CHARGE = 25;
  private static final double CAPACITY = 90;

  static Day at(long epochSecond, ZoneId zone) {
    ZonedDateTime local = Instant.ofEpochSecond(epochSecond).atZone(zone);
    return new Day(epochSecond, local.toLocalTime().toSecondOfDay() / 3600.0);
  }

  /** Returns a sine between -1 and 1 with the given period in seconds. */
  double wave(int period) {
    return Math.sin(2 * Math.PI * Math.floorMod(epochSecond, (long) period) / period);
  }

  double sun() {
    double height = Math.sin(Math.PI * (hour - 6) / 12);
    double clouds = 0.12 * (1 + wave(2700)) * (1 + wave(7100)) / 2;
    return height <= 0 ? 0 : SUN * height * (1 - clouds);
  }

  /** Returns the power that the building and its chiller take. */
  double load() {
    return 12
        + bump(8, 1.6, 9)
        + bump(12.5, 2.5, 6)
        + bump(19, 1.9, 15)
        + chiller()
        + 0.8 * wave(660)
        + 0.3 * wave(40);
  }

  /**
   * Returns the compressor's power: on for a while, off for a while, on more often in the
   * afternoon.
   */
  double chiller() {
    return wave(1500) > 0.3 - bump(15, 4, 0.6) ? 6.5 : 1.2;
  }

  private double bump(double middle, double width, double height) {
    double distance = (hour - middle) / width;
    return height * Math.exp(-distance * distance);
  }

  /** Returns the battery's power: positive while it discharges, negative while it charges. */
  double battery() {
    return isCharging() ? -CHARGING : isDischarging() ? DISCHARGING : 0;
  }

  private boolean isCharging() {
    return hour >= 9.5 && hour < 14;
  }

  private boolean isDischarging() {
    return hour >= 17.5 && hour < 22.5;
  }

  /** Returns 0 if the battery rests, 1 if it charges, 2 if it discharges. */
  int mode() {
    return isCharging() ? 1 : isDischarging() ? 2 : 0;
  }

  /** Returns the state of charge in percent, from what the battery took and gave since midnight. */
  double charge() {
    double taken = CHARGING * Math.max(0, Math.min(hour, 14) - 9.5);
    double given = DISCHARGING * Math.max(0, Math.min(hour, 22.5) - 17.5);
    return LOWEST_CHARGE + (taken - given) / CAPACITY * 100;
  }

  /** Returns the power from the grid; negative if it flows into the grid. */
  double grid() {
    return load() - sun() - battery();
  }

  /** Returns a counter in kWh that only increases, faster by day than by night. */
  double imported() {
    double days = epochSecond / 86_400.0;
    return 260 * days - 4_000_000 + 26 * Math.sin(2 * Math.PI * (days % 1));
  }

  boolean chillerAnswers() {
    boolean noon = hour >= 12 && hour < 12 + 40 / 60.0;
    long inTheHour = Math.floorMod(epochSecond, 3600L);
    return !noon && (inTheHour < 1200 || inTheHour >= 1320);
  }
}
