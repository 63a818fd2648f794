package com.voltageems.hissrv.query.catalogue;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Catalogue} from settings by dotted key, such as {@code
 * site.channels.1001.points.1.name.zh}. Pure.
 */
public final class CatalogueSettings {
  /** The prefix of all keys of the catalogue. */
  public static final String PREFIX = "site.";

  private static final String LANGUAGE = "(?:\\.(en|zh))?";
  private static final Pattern SITE = Pattern.compile("site\\.name" + LANGUAGE);
  private static final Pattern STATE =
      Pattern.compile("site\\.channels\\.(.+?)\\.points\\.(.+?)\\.states\\.(.+?)" + LANGUAGE);
  private static final Pattern POINT =
      Pattern.compile(
          "site\\.channels\\.(.+?)\\.points\\.(.+?)\\.(name|unit|decimals|kind)" + LANGUAGE);
  private static final Pattern DEVICE =
      Pattern.compile("site\\.channels\\.(.+?)\\.name" + LANGUAGE);
  private static final int MOST_DECIMALS = 9;

  private Label site = Label.NONE;
  private ZoneId zone;
  private List<String> deviceTags = Catalogue.DEVICE_TAGS;
  private final Map<String, Label> names = new LinkedHashMap<>();
  private final Map<String, Map<String, PointInfo>> points = new LinkedHashMap<>();

  private CatalogueSettings(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Returns the catalogue in the settings; keys without {@link #PREFIX} are ignored.
   *
   * @param texts in the order of the file
   * @param machine the zone of a site that names none
   * @throws IllegalArgumentException with a message for the user: key, value, remedy
   */
  public static Catalogue read(Map<String, String> texts, ZoneId machine) {
    CatalogueSettings settings = new CatalogueSettings(machine);
    texts.forEach(
        (key, value) -> {
          if (key.startsWith(PREFIX)) {
            settings.take(key, value.strip());
          }
        });
    return new Catalogue(
        settings.site,
        settings.zone,
        settings.deviceTags,
        settings.names.entrySet().stream()
            .map(
                entry ->
                    new DeviceInfo(
                        entry.getKey(),
                        entry.getValue(),
                        settings.points.getOrDefault(entry.getKey(), Map.of()).values().stream()
                            .toList()))
            .toList());
  }

  private void take(String key, String value) {
    Matcher name = SITE.matcher(key);
    Matcher state = STATE.matcher(key);
    Matcher point = POINT.matcher(key);
    Matcher device = DEVICE.matcher(key);
    if (key.equals("site.timezone")) {
      zone = zone(key, value);
    } else if (key.equals("site.device_tags")) {
      deviceTags = tags(key, value);
    } else if (name.matches()) {
      site = site.with(language(name.group(1)), value);
    } else if (state.matches()) {
      takeState(state, value);
    } else if (point.matches()) {
      takePoint(key, point, value);
    } else if (device.matches()) {
      Label old = names.getOrDefault(device.group(1), Label.NONE);
      names.put(device.group(1), old.with(language(device.group(2)), value));
    } else {
      throw new IllegalArgumentException(
          key
              + ": unknown setting; needs site.name, site.timezone, site.device_tags,"
              + " site.channels.<channel>.name or site.channels.<channel>.points.<point>. and name,"
              + " unit, decimals, kind or states.<value>; a name may end in .en or .zh");
    }
  }

  private static String language(@Nullable String group) {
    return group == null ? "" : group;
  }

  private static ZoneId zone(String key, String value) {
    try {
      return ZoneId.of(value);
    } catch (DateTimeException e) {
      throw unusable(key, value, "a time zone such as Asia/Shanghai or +08:00", e);
    }
  }

  /**
   * Returns the given tags followed by the default ones, which still identify devices that have
   * none of the given tags.
   */
  private static List<String> tags(String key, String value) {
    List<String> given = Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    if (given.contains("")) {
      throw unusable(key, value, "names of tags, such as [meter, inverter]", null);
    }
    return Stream.concat(given.stream(), Catalogue.DEVICE_TAGS.stream()).distinct().toList();
  }

  private PointInfo known(String device, String point) {
    names.putIfAbsent(device, Label.NONE);
    return points
        .computeIfAbsent(device, name -> new LinkedHashMap<>())
        .computeIfAbsent(point, PointInfo::unnamed);
  }

  private void put(String device, PointInfo point) {
    points.getOrDefault(device, Map.of()).put(point.match(), point);
  }

  private void takeState(Matcher matcher, String value) {
    String device = matcher.group(1);
    PointInfo old = known(device, matcher.group(2));
    Map<String, Label> states = new LinkedHashMap<>(old.states());
    states.put(
        matcher.group(3),
        states.getOrDefault(matcher.group(3), Label.NONE).with(language(matcher.group(4)), value));
    put(
        device,
        new PointInfo(old.match(), old.name(), old.unit(), old.decimals(), old.kind(), states));
  }

  private void takePoint(String key, Matcher matcher, String value) {
    String device = matcher.group(1);
    PointInfo old = known(device, matcher.group(2));
    Label name = old.name();
    String unit = old.unit();
    Integer decimals = old.decimals();
    PointInfo.Kind kind = old.kind();
    switch (matcher.group(3)) {
      case "name" -> name = name.with(language(matcher.group(4)), value);
      case "unit" -> unit = value;
      case "decimals" -> decimals = decimals(key, value);
      default -> kind = kind(key, value);
    }
    put(device, new PointInfo(old.match(), name, unit, decimals, kind, old.states()));
  }

  private static int decimals(String key, String value) {
    if (value.matches("[0-9]") && Integer.parseInt(value) <= MOST_DECIMALS) {
      return Integer.parseInt(value);
    }
    throw unusable(key, value, "a number from 0 to " + MOST_DECIMALS, null);
  }

  private static PointInfo.Kind kind(String key, String value) {
    try {
      return PointInfo.Kind.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw unusable(key, value, "gauge, counter or state", e);
    }
  }

  private static IllegalArgumentException unusable(
      String key, String value, String needs, @Nullable Exception cause) {
    return new IllegalArgumentException(
        key + ": \"" + value + "\" cannot be used: needs " + needs, cause);
  }
}
