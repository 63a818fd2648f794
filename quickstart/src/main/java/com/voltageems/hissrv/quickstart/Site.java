package com.voltageems.hissrv.quickstart;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A small energy site as a pure function of time: what each device shows in each second. Because
 * nothing is remembered, whoever reads history back can ask this class what it should say.
 */
public final class Site {
  /** How a device's driver lays its values out in Redis (data formats, section 1). */
  public enum Layout {
    /** {@code comsrv:<id>:m}, six decimals, {@code :ts} beside it. */
    SEED,
    /** {@code comsrv:<id>:T}, shortest float text and now and then {@code NaN}, {@code :ts}. */
    LATER
  }

  /** One measured quantity: a daily and a minutely swing around its middle. */
  public record Point(String id, String name, double middle, double swing) {}

  /** One device. {@code silentEvery} 0: it never falls silent. */
  public record Channel(
      int id, String name, Layout layout, List<Point> points, int silentEvery, int silentSeconds) {
    public Channel {
      points = List.copyOf(points);
    }

    /** The hash of its live values. */
    public String key() {
      return "comsrv:" + id + (layout == Layout.SEED ? ":m" : ":T");
    }

    /** The tag {@code type} under which history knows it. */
    public String type() {
      return layout == Layout.SEED ? "m" : "T";
    }
  }

  /** Seconds between two elements of the pending list. */
  static final int PENDING_EVERY = 3;

  private static final int NAN_EVERY = 45;

  private static final List<Channel> CHANNELS =
      List.of(
          new Channel(
              1001,
              "grid meter",
              Layout.SEED,
              List.of(
                  new Point("1", "voltage L1", 230, 2.5),
                  new Point("2", "voltage L2", 230.6, 2.5),
                  new Point("3", "voltage L3", 229.4, 2.5),
                  new Point("4", "current L1", 62, 18),
                  new Point("5", "current L2", 58, 18),
                  new Point("6", "current L3", 64, 18),
                  new Point("7", "active power", 42.1, 12),
                  new Point("8", "reactive power", 6.3, 3),
                  new Point("9", "power factor", 0.97, 0.02),
                  new Point("10", "frequency", 50, 0.03),
                  new Point("11", "neutral current", 3.2, 1.4),
                  new Point("12", "voltage THD", 2.1, 0.4)),
              0,
              0),
          new Channel(
              1002,
              "PV inverter",
              Layout.SEED,
              List.of(
                  new Point("10001", "DC voltage", 612, 20),
                  new Point("10002", "DC current", 14.2, 6),
                  new Point("10003", "AC power", 8.4, 3.6)),
              0,
              0),
          new Channel(
              1003,
              "battery",
              Layout.LATER,
              List.of(
                  new Point("1", "state of charge", 64, 9),
                  new Point("2", "pack voltage", 768, 12),
                  new Point("3", "pack current", -11, 25),
                  new Point("4", "cell temperature", 27.5, 3),
                  new Point("5", "insulation resistance", 1e6, 4e4)),
              0,
              0),
          new Channel(
              1004,
              "chiller",
              Layout.SEED,
              List.of(
                  new Point("1", "supply temperature", 7.2, 0.6),
                  new Point("2", "return temperature", 12.4, 0.8),
                  new Point("3", "flow", 38, 4),
                  new Point("4", "compressor power", 21, 5)),
              90,
              20));

  private final long seed;

  public Site(long seed) {
    this.seed = seed;
  }

  public List<Channel> channels() {
    return CHANNELS;
  }

  /** Whether the device reports nothing in this second, as one with a broken line does. */
  public boolean isSilent(Channel channel, long epochSecond) {
    return channel.silentEvery() > 0
        && Math.floorMod(epochSecond, channel.silentEvery()) < channel.silentSeconds();
  }

  /** What the device's driver writes for the point in this second, to the letter. */
  public String text(Channel channel, Point point, long epochSecond) {
    if (channel.layout() == Layout.LATER
        && point.id().equals("5")
        && Math.floorMod(epochSecond, NAN_EVERY) == 0) {
      return "NaN";
    }
    double value = value(channel.id(), point, epochSecond);
    return channel.layout() == Layout.SEED
        ? String.format(Locale.ROOT, "%.6f", value)
        : Float.toString((float) value);
  }

  /** What history must say for it; empty where the device wrote no number. */
  public Optional<Double> number(Channel channel, Point point, long epochSecond) {
    double value = Double.parseDouble(text(channel, point, epochSecond));
    return Double.isNaN(value) ? Optional.empty() : Optional.of(value);
  }

  private double value(int channel, Point point, long epochSecond) {
    double day = Math.sin(2 * Math.PI * Math.floorMod(epochSecond, 86_400L) / 86_400);
    double minute = Math.sin(2 * Math.PI * Math.floorMod(epochSecond + channel * 7L, 60L) / 60);
    SplittableRandom noise =
        new SplittableRandom(
            seed ^ (epochSecond * 0x9E3779B97F4A7C15L) ^ (channel * 31L + point.id().hashCode()));
    return point.middle()
        + point.swing() * (0.35 * day + 0.45 * minute + 0.2 * noise.nextDouble(-1, 1));
  }

  /** The element pushed to {@code archive:pending} in this second, in the seconds that have one. */
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

  /** The {@code test_value} of {@link #pendingElement}. */
  public double pendingValue(long epochSecond) {
    return Math.round(value(0, new Point("pending", "pending", 123.456, 20), epochSecond) * 1000)
        / 1000.0;
  }

  /** Sum of the points called "power", as the site's model would calculate it. */
  public String totalPower(long epochSecond) {
    double total = 0;
    for (Channel channel : CHANNELS) {
      for (Point point : channel.points()) {
        if (point.name().endsWith("power") && !point.name().startsWith("reactive")) {
          total += value(channel.id(), point, epochSecond);
        }
      }
    }
    return String.format(Locale.ROOT, "%.6f", total);
  }
}
