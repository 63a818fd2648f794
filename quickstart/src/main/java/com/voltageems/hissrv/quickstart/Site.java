package com.voltageems.hissrv.quickstart;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A small energy site as a pure function of time: what each device shows in each second. Since the
 * site has no state, a reader of the history can ask this class for the expected values. {@link
 * Day} describes what happens on the site.
 */
public final class Site {
  /** How a device's driver stores its values in Redis (data formats, section 1). */
  public enum Layout {
    /** {@code comsrv:<id>:m}, six decimals, with {@code :ts} next to it. */
    SEED,
    /**
     * {@code comsrv:<id>:T}, shortest float text and sometimes {@code NaN}, with {@code :ts} next
     * to it.
     */
    LATER
  }

  /** A quantity at a moment; {@code noise} is between -1 and 1, different in every second. */
  interface Quantity {
    double at(Day day, double noise);
  }

  /** One measured quantity. */
  public record Point(String id, String name, Quantity quantity) {}

  /** One device. */
  public record Channel(int id, String name, Layout layout, List<Point> points) {
    public Channel {
      points = List.copyOf(points);
    }

    /** Returns the key of the hash with its live values. */
    public String key() {
      return "comsrv:" + id + (layout == Layout.SEED ? ":m" : ":T");
    }

    /** Returns the tag {@code type} of its series in the history. */
    public String type() {
      return layout == Layout.SEED ? "m" : "T";
    }
  }

  /** Seconds between two elements of the pending list. */
  static final int PENDING_EVERY = 3;

  private static final int NAN_EVERY = 45;
  private static final int CHILLER = 1004;

  private static final List<Channel> CHANNELS =
      List.of(
          new Channel(
              1001,
              "grid meter",
              Layout.SEED,
              List.of(
                  new Point("1", "voltage L1", voltage(230)),
                  new Point("2", "voltage L2", voltage(230.6)),
                  new Point("3", "voltage L3", voltage(229.4)),
                  new Point("4", "current L1", (day, noise) -> 1.48 * day.grid() + noise / 4),
                  new Point("5", "current L2", (day, noise) -> 1.41 * day.grid() + noise / 4),
                  new Point("6", "current L3", (day, noise) -> 1.45 * day.grid() + noise / 4),
                  new Point("7", "active power", (day, noise) -> day.grid() + noise / 5),
                  new Point("8", "reactive power", (day, noise) -> 4 + day.load() / 12 + noise / 9),
                  new Point("9", "power factor", (day, noise) -> 0.97 + noise / 200),
                  new Point("10", "frequency", (day, noise) -> 50 + noise / 60),
                  new Point("11", "neutral current", (day, noise) -> 3.2 + noise / 3),
                  new Point("12", "imported energy", (day, noise) -> day.imported()))),
          new Channel(
              1002,
              "PV inverter",
              Layout.SEED,
              List.of(
                  new Point("10001", "DC voltage", (day, noise) -> day.sun() > 0 ? 612 + noise : 0),
                  new Point("10002", "DC current", (day, noise) -> day.sun() / 0.595),
                  new Point("10003", "AC power", (day, noise) -> day.sun() * (1 + noise / 90)))),
          new Channel(
              1003,
              "battery",
              Layout.LATER,
              List.of(
                  new Point("1", "state of charge", (day, noise) -> day.charge()),
                  new Point("2", "pack voltage", (day, noise) -> 720 + day.charge() + noise / 5),
                  new Point("3", "pack current", (day, noise) -> day.battery() / 0.768 + noise / 9),
                  new Point(
                      "4", "cell temperature", (day, noise) -> 25 + day.load() / 12 + noise / 9),
                  new Point("5", "insulation resistance", (day, noise) -> 1e6 + noise * 4e3),
                  new Point("6", "battery power", (day, noise) -> day.battery()),
                  new Point("7", "mode", (day, noise) -> day.mode()))),
          new Channel(
              CHILLER,
              "chiller",
              Layout.SEED,
              List.of(
                  new Point(
                      "1",
                      "supply temperature",
                      (day, noise) -> 7.2 + day.wave(900) / 2 + noise / 20),
                  new Point(
                      "2",
                      "return temperature",
                      (day, noise) -> 12.4 + day.wave(1300) / 2 + noise / 20),
                  new Point("3", "flow", (day, noise) -> 38 + 2 * day.wave(2100) + noise / 3),
                  new Point("4", "compressor power", (day, noise) -> day.chiller() + noise / 9))),
          new Channel(
              1005,
              "building",
              Layout.SEED,
              List.of(
                  new Point("1", "load power", (day, noise) -> day.load() + noise / 6),
                  new Point(
                      "2",
                      "indoor temperature",
                      (day, noise) -> 22.5 + day.wave(7000) + noise / 20),
                  new Point(
                      "3",
                      "outdoor temperature",
                      (day, noise) -> 14 + day.sun() / 5 + noise / 20))),
          new Channel(
              1000,
              "gateway",
              Layout.LATER,
              List.of(
                  new Point("1", "chiller link", (day, noise) -> day.chillerAnswers() ? 1 : 0),
                  new Point("2", "CPU", (day, noise) -> 21 + 4 * day.wave(700) + 3 * noise),
                  new Point("3", "free memory", (day, noise) -> 412 + 20 * day.wave(5000)))));

  private final long seed;
  private final ZoneId zone;

  /**
   * @param zone time zone of the site: its sun is highest at noon
   */
  public Site(long seed, ZoneId zone) {
    this.seed = seed;
    this.zone = zone;
  }

  private static Quantity voltage(double middle) {
    return (day, noise) -> middle + 1.2 * day.wave(5400) - day.load() / 40 + noise / 3;
  }

  public List<Channel> channels() {
    return CHANNELS;
  }

  /** Returns whether the device reports nothing in this second, like one with a broken line. */
  public boolean isSilent(Channel channel, long epochSecond) {
    return channel.id() == CHILLER && !day(epochSecond).chillerAnswers();
  }

  private Day day(long epochSecond) {
    return Day.at(epochSecond, zone);
  }

  /** Returns the exact text that the device's driver writes for the point in this second. */
  public String text(Channel channel, Point point, long epochSecond) {
    if (channel.layout() == Layout.LATER
        && point.name().equals("insulation resistance")
        && Math.floorMod(epochSecond, NAN_EVERY) == 0) {
      return "NaN";
    }
    double value = value(channel.id(), point, epochSecond);
    return channel.layout() == Layout.SEED
        ? String.format(Locale.ROOT, "%.6f", value)
        : Float.toString((float) value);
  }

  /**
   * Returns the value that the history must have for this second; empty if the device wrote no
   * number.
   */
  public Optional<Double> number(Channel channel, Point point, long epochSecond) {
    double value = Double.parseDouble(text(channel, point, epochSecond));
    return Double.isNaN(value) ? Optional.empty() : Optional.of(value);
  }

  private double value(int channel, Point point, long epochSecond) {
    return point.quantity().at(day(epochSecond), noise(channel, point.id(), epochSecond));
  }

  private double noise(int channel, String point, long epochSecond) {
    return new SplittableRandom(
            seed ^ (epochSecond * 0x9E3779B97F4A7C15L) ^ (channel * 31L + point.hashCode()))
        .nextDouble(-1, 1);
  }

  /**
   * Returns what the newer drivers write to {@code inst:1:M}: the site as one instance, by field.
   */
  public Map<String, String> instance(long epochSecond) {
    Day day = day(epochSecond);
    double volts = 230 + 1.2 * day.wave(5400) + noise(1, "1", epochSecond) / 3;
    return Map.of(
        "1", Float.toString((float) volts),
        "2", Float.toString((float) day.load()),
        "3", Float.toString((float) day.charge()));
  }

  /**
   * Returns the element that is pushed to {@code archive:pending} in this second; empty for a
   * second without one.
   */
  public Optional<String> pendingElement(long epochSecond) {
    if (Math.floorMod(epochSecond, PENDING_EVERY) != 0) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "{\"measurement\":\"custom_metrics\",\"timestamp\":%d,"
                + "\"tags\":{\"source\":\"lua_script\",\"type\":\"aggregated\"},"
                + "\"fields\":{\"test_value\":%s}}",
            epochSecond,
            pendingValue(epochSecond)));
  }

  /** Returns the {@code test_value} of {@link #pendingElement}. */
  public double pendingValue(long epochSecond) {
    double value = 123.456 + 9 * day(epochSecond).wave(60) + 4 * noise(0, "pending", epochSecond);
    return Math.round(value * 1000) / 1000.0;
  }

  /**
   * Returns everything that the site reported in a past second, as elements of {@code
   * archive:pending}.
   */
  public List<String> past(long epochSecond) {
    List<String> elements = new ArrayList<>();
    for (Channel channel : CHANNELS) {
      if (isSilent(channel, epochSecond)) {
        continue;
      }
      StringBuilder fields = new StringBuilder();
      for (Point point : channel.points()) {
        if (number(channel, point, epochSecond).isPresent()) {
          append(fields, point.id(), text(channel, point, epochSecond));
        }
      }
      elements.add(
          element(
              "telemetry",
              epochSecond,
              "\"channel\":\"" + channel.id() + "\",\"type\":\"" + channel.type() + "\"",
              fields));
    }
    StringBuilder fields = new StringBuilder();
    instance(epochSecond).forEach((field, text) -> append(fields, field, text));
    elements.add(element("inst", epochSecond, "\"instance\":\"1\",\"type\":\"M\"", fields));
    return elements;
  }

  private static void append(StringBuilder fields, String field, String number) {
    fields.append(fields.isEmpty() ? "" : ",").append('"').append(field).append("\":");
    fields.append(number);
  }

  private static String element(
      String measurement, long epochSecond, String tags, StringBuilder fields) {
    return "{\"measurement\":\"%s\",\"timestamp\":%d,\"tags\":{%s},\"fields\":{%s}}"
        .formatted(measurement, epochSecond, tags, fields);
  }

  /** Returns the power of all consumers together, as the site's model would calculate it. */
  public String totalPower(long epochSecond) {
    return String.format(Locale.ROOT, "%.6f", day(epochSecond).load());
  }
}
