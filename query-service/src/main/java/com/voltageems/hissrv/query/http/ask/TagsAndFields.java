package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.TagFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The series and fields of a measurement that are asked for. Pure.
 *
 * <p>A parameter that is not one of the call's own names is a tag. {@code tag.<name>} is always a
 * tag: it serves tags with the name of a parameter ({@code tag.interval=1m}). A tag given several
 * times matches any of its values; an empty value means that the series has no such tag.
 */
record TagsAndFields(Texts texts, Measurement measurement) {
  private static final String TAG = "tag.";

  List<TagFilter> filters() {
    Map<String, List<String>> filters = new LinkedHashMap<>();
    texts
        .texts()
        .forEach(
            (name, values) -> {
              if (texts.known().contains(name)) {
                return;
              }
              String tag = name.startsWith(TAG) ? name.substring(TAG.length()) : name;
              if (!measurement.tags().contains(tag)) {
                throw new BadRequestException(name, String.join(", ", values), expected());
              }
              filters.computeIfAbsent(tag, key -> new ArrayList<>()).addAll(values);
            });
    return filters.entrySet().stream()
        .map(entry -> new TagFilter(entry.getKey(), entry.getValue()))
        .toList();
  }

  private String expected() {
    return "to be a parameter ("
        + String.join(", ", texts.known().stream().sorted().toList())
        + ") or a tag of "
        + measurement.name()
        + " ("
        + String.join(", ", measurement.tags())
        + ")";
  }

  /** Returns the parameter that named a field. */
  private String parameter(String field) {
    return texts.all("field").contains(field) ? "field" : "fields";
  }

  /**
   * Returns the fields that are asked for: {@code fields=a,b}, or {@code field=} once per field for
   * names with a comma. If none is named, returns all usable fields.
   *
   * @param usable whether a field can be used
   * @param needs for the message about a named field that is not usable: what it would have to be
   */
  List<Field> fields(Predicate<Field> usable, String needs) {
    List<Field> fields = new ArrayList<>();
    for (String name : names()) {
      Field field =
          measurement
              .field(name)
              .orElseThrow(
                  () ->
                      new BadRequestException(
                          parameter(name),
                          name,
                          "a field of "
                              + measurement.name()
                              + "; /fields?measurement="
                              + measurement.name()
                              + " lists them"));
      if (!usable.test(field)) {
        throw new BadRequestException(parameter(name), name, needs);
      }
      fields.add(field);
    }
    if (fields.isEmpty()) {
      measurement.fields().stream().filter(usable).forEach(fields::add);
    }
    if (fields.isEmpty()) {
      throw new NotFoundException(
          "measurement " + measurement.name() + " has no field that could be answered");
    }
    return fields;
  }

  private Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (String list : texts.all("fields")) {
      for (String name : list.split(",", -1)) {
        boolean exact = measurement.field(name).isPresent();
        if (exact || !name.isBlank()) {
          names.add(exact ? name : name.strip());
        }
      }
    }
    names.addAll(texts.all("field"));
    return names;
  }

  /** Returns the tags that distinguish series; all tags by default. */
  List<String> groupBy(boolean windows) {
    List<String> values = texts.texts().get("group_by");
    if (values == null) {
      return measurement.tags();
    }
    String all = String.join(",", values);
    if (!windows) {
      throw new BadRequestException(
          "group_by", all, "interval beside it: only windows can join series");
    }
    Set<String> groupBy = new LinkedHashSet<>();
    for (String name : all.split(",", -1)) {
      String tag = measurement.tags().contains(name) ? name : name.strip();
      if (tag.isEmpty()) {
        continue;
      }
      if (!measurement.tags().contains(tag)) {
        throw new BadRequestException(
            "group_by",
            tag,
            "tags of " + measurement.name() + " (" + String.join(", ", measurement.tags()) + ")");
      }
      groupBy.add(tag);
    }
    return measurement.tags().stream().filter(groupBy::contains).toList();
  }
}
