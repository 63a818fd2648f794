package com.voltageems.hissrv.influx.mapping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place of an array whose elements are points: {@code readings}, or an array in the elements of
 * another array, {@code devices[].readings}.
 *
 * @param first the place of the outermost array
 * @param further the place of the next array in each element, and so on inwards
 */
public record PointArrays(Expression first, List<String> further) {
  public PointArrays {
    further = List.copyOf(further);
  }

  /**
   * Parses the place from a setting.
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
   * An element that is a point.
   *
   * @param where the element's place, for messages
   */
  record Element(String where, Context context) {}

  /**
   * Finds all elements, in their order.
   *
   * @param elements gets the elements that are structs or maps
   * @param complaints gets one message for each of the others
   * @return the outermost array; null if it is absent
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
      return; // the caller reports it if necessary
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
