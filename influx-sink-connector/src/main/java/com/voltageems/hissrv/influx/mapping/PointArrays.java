package com.voltageems.hissrv.influx.mapping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place of arrays each element of which is a point: {@code readings}, or arrays in elements of
 * arrays, {@code devices[].readings}.
 *
 * @param first where the outer array is
 * @param further where the next one is in each of its elements, and so on
 */
public record PointArrays(Expression first, List<String> further) {
  public PointArrays {
    further = List.copyOf(further);
  }

  /**
   * Reads it from a setting.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static PointArrays parse(String text) {
    String trimmed = text.trim();
    String whole = trimmed.endsWith("[]") ? trimmed.substring(0, trimmed.length() - 2) : trimmed;
    String[] parts = whole.split("\\[]\\.?", -1);
    List<String> further = new ArrayList<>();
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      if (part.isEmpty()) {
        throw new IllegalArgumentException("'" + text + "' has no name between two []");
      }
      further.add(part);
    }
    return new PointArrays(Expression.parse(parts[0]), further);
  }

  /**
   * An element.
   *
   * @param where it is, for messages
   */
  record Element(String where, Context context) {}

  /**
   * All elements, in their order.
   *
   * @param elements gets those that are structs or maps
   * @param complaints gets what is none
   * @return the outer array; null when there is none
   */
  @Nullable Object expand(Context context, List<Element> elements, List<String> complaints) {
    Object array = first.of(context);
    expand(first.name(), array, context, 0, elements, complaints);
    return array;
  }

  private void expand(
      String where,
      @Nullable Object array,
      Context context,
      int depth,
      List<Element> elements,
      List<String> complaints) {
    if (array == null) {
      return; // nothing to tell here
    }
    if (!(array instanceof List<?> list)) {
      complaints.add("'" + where + "' is " + FieldTypes.describe(array) + ", not an array");
      return;
    }
    for (int i = 0; i < list.size(); i++) {
      String here = where + "[" + i + "]";
      Object element = list.get(i);
      if (element == null || !Values.isObject(element)) {
        complaints.add(here + ": is " + FieldTypes.describe(element) + ", not a struct or map");
      } else if (depth == further.size()) {
        elements.add(new Element(here, context.in(element)));
      } else {
        String name = further.get(depth);
        expand(
            here + "." + name,
            Expression.at(element, name),
            context.in(element),
            depth + 1,
            elements,
            complaints);
      }
    }
  }
}
