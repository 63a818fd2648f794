package com.voltageems.hissrv.query.catalogue;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names and units of a site. A device is identified by its tags: {@code 1001} for {@code
 * channel=1001}, {@code instance:1} for {@code instance=1}, likewise for the other {@code
 * deviceTags}; a series with none of these tags is identified by its measurement. Exact entries
 * come before patterns, patterns in the order of the file. Pure.
 *
 * @param zone the zone of the site's local time
 * @param deviceTags the tags that identify a device, after {@code channel}; the first one that a
 *     series has counts
 */
public record Catalogue(
    Label site, ZoneId zone, List<String> deviceTags, List<DeviceInfo> devices) {
  /** The tags of our own layouts, and the tag that most other layouts use. */
  static final List<String> DEVICE_TAGS = List.of("instance", "model", "id", "device");

  private static final Pattern STATISTIC = Pattern.compile("(.+)_(avg|min|max|last|count)");

  public Catalogue {
    deviceTags = List.copyOf(deviceTags);
    devices = List.copyOf(devices);
  }

  /** Returns a site without names: ids are shown, times in the zone. */
  public static Catalogue empty(ZoneId zone) {
    return new Catalogue(Label.NONE, zone, DEVICE_TAGS, List.of());
  }

  /** Returns the key under which the catalogue knows the device of a series. */
  public String deviceOf(String measurement, Map<String, String> tags) {
    String channel = tags.get("channel");
    if (channel != null) {
      return channel;
    }
    for (String tag : deviceTags) {
      String value = tags.get(tag);
      if (value != null) {
        return tag + ":" + value;
      }
    }
    return measurement;
  }

  /** Returns the device's name, or its key if it has no name. */
  public String deviceName(String device, String language) {
    for (DeviceInfo info : matching(device)) {
      if (!info.name().isEmpty()) {
        return info.name().in(language);
      }
    }
    return device;
  }

  /**
   * Returns the description of a point; for a window's statistic such as {@code 1_avg} that of
   * point {@code 1}.
   *
   * @param field the point's name in the database
   */
  public Optional<PointInfo> point(String device, String field) {
    Optional<PointInfo> found = find(device, field);
    if (found.isPresent()) {
      return found;
    }
    Matcher statistic = STATISTIC.matcher(field);
    if (!statistic.matches()) {
      return found;
    }
    return find(device, statistic.group(1)).map(point -> statistic(point, statistic.group(2)));
  }

  private static PointInfo statistic(PointInfo point, String statistic) {
    Label name = point.name();
    for (Map.Entry<String, String> text : point.name().texts().entrySet()) {
      name = name.with(text.getKey(), text.getValue() + " " + statistic);
    }
    boolean count = statistic.equals("count");
    return new PointInfo(
        point.match() + "_" + statistic,
        name,
        count ? "" : point.unit(),
        count ? Integer.valueOf(0) : point.decimals(),
        PointInfo.Kind.GAUGE,
        Map.of());
  }

  private Optional<PointInfo> find(String device, String field) {
    for (DeviceInfo info : matching(device)) {
      List<PointInfo> points = info.points();
      Optional<PointInfo> found =
          points.stream()
              .filter(point -> point.match().equals(field))
              .findFirst()
              .or(() -> points.stream().filter(p -> matches(p.match(), field)).findFirst());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Returns the entries for a device, the exact one first. */
  private List<DeviceInfo> matching(String device) {
    List<DeviceInfo> found = new ArrayList<>();
    devices.stream().filter(info -> info.match().equals(device)).forEach(found::add);
    devices.stream()
        .filter(info -> !info.match().equals(device) && matches(info.match(), device))
        .forEach(found::add);
    return found;
  }

  private static boolean matches(String glob, String text) {
    if (glob.indexOf('*') < 0) {
      return glob.equals(text);
    }
    StringBuilder regex = new StringBuilder();
    for (String part : glob.split("\\*+", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return text.matches(regex.toString());
  }
}
