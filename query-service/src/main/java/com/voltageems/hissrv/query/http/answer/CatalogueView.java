package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.DeviceInfo;
import com.voltageems.hissrv.query.catalogue.Label;
import com.voltageems.hissrv.query.catalogue.PointInfo;
import com.voltageems.hissrv.query.store.Series;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** {@code /catalogue} as a JSON-like map, and titles of columns. Pure. */
public final class CatalogueView {
  private CatalogueView() {}

  /**
   * Returns {@code
   * {"now","site":{"name":{},"timezone","device_tags":[]},"channels":[{"match","name":{},"points":[{"match",
   * "name":{},"unit","decimals","kind","states":{}}]}]}}, in the order of the file. Members that
   * the file does not set are absent. {@code now}, in epoch milliseconds, is for clients with a
   * clock of their own.
   */
  public static Map<String, Object> json(Catalogue catalogue, Instant now) {
    Map<String, Object> site = new LinkedHashMap<>();
    site.put("name", names(catalogue.site()));
    site.put("timezone", catalogue.zone().getId());
    site.put("device_tags", catalogue.deviceTags());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("now", now.toEpochMilli());
    body.put("site", site);
    body.put("channels", catalogue.devices().stream().map(CatalogueView::device).toList());
    return body;
  }

  private static Map<String, Object> device(DeviceInfo device) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("match", device.match());
    shown.put("name", names(device.name()));
    shown.put("points", device.points().stream().map(CatalogueView::point).toList());
    return shown;
  }

  private static Map<String, Object> point(PointInfo point) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("match", point.match());
    shown.put("name", names(point.name()));
    if (!point.unit().isEmpty()) {
      shown.put("unit", point.unit());
    }
    Integer decimals = point.decimals();
    if (decimals != null) {
      shown.put("decimals", decimals);
    }
    shown.put("kind", point.kind().name().toLowerCase(Locale.ROOT));
    if (!point.states().isEmpty()) {
      Map<String, Object> states = new LinkedHashMap<>();
      point.states().forEach((value, label) -> states.put(value, names(label)));
      shown.put("states", states);
    }
    return shown;
  }

  private static Map<String, String> names(Label label) {
    Map<String, String> names = new LinkedHashMap<>();
    if (!label.isEmpty()) {
      Label.LANGUAGES.forEach(language -> names.put(language, label.in(language)));
    }
    return names;
  }

  /**
   * Returns the name of a field that all series share, or the field itself if the names differ.
   *
   * @param unit gives the unit of the column's values from the unit of the points
   */
  public static String title(
      Catalogue catalogue,
      String measurement,
      List<Series> series,
      String field,
      String language,
      UnaryOperator<String> unit) {
    Set<String> titles =
        series.stream()
            .map(one -> catalogue.deviceOf(measurement, one.tags()))
            .map(
                device ->
                    catalogue
                        .point(device, field)
                        .map(point -> point.in(unit.apply(point.unit())))
                        .map(point -> point.title(language, field))
                        .orElse(field))
            .collect(Collectors.toSet());
    return titles.size() == 1 ? titles.iterator().next() : field;
  }
}
