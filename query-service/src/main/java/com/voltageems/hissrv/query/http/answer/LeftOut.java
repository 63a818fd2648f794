package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.store.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The values that an answer could not include, as parts of the answer. Pure. */
public final class LeftOut {
  private LeftOut() {}

  /** Returns the fields whose texts and flags are left out by a function over windows. */
  public static List<String> of(Ask query) {
    return query.windows() == null
        ? List.of()
        : query.outputs().stream()
            .map(Ask.Output::field)
            .filter(field -> field.kind() == Field.Kind.MIXED)
            .map(Field::name)
            .distinct()
            .toList();
  }

  /** Returns names for a header: percent-encoded, separated by commas. */
  public static String header(List<String> names) {
    StringBuilder line = new StringBuilder();
    for (String name : names) {
      if (!line.isEmpty()) {
        line.append(',');
      }
      percent(line, name);
    }
    return line.toString();
  }

  private static void percent(StringBuilder out, String text) {
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          (one >= '0' && one <= '9') || (one >= 'A' && one <= 'Z') || (one >= 'a' && one <= 'z');
      if (plain || one == '_' || one == '-' || one == '.') {
        out.append((char) one);
      } else {
        out.append(String.format("%%%02X", one & 0xff));
      }
    }
  }
}
