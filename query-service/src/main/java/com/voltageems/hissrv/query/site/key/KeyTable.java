package com.voltageems.hissrv.query.site.key;

import java.util.ArrayList;
import java.util.List;

/** Writes the declared keys as the Markdown tables of docs/hissrv-yml.md. */
public final class KeyTable {
  private KeyTable() {}

  /** Returns a heading and a table for each top-level key. */
  public static String text() {
    StringBuilder text = new StringBuilder();
    for (Key top : Keys.SITE.keys()) {
      text.append("### `").append(top.name()).append("`\n\n").append(top.doc()).append("\n\n");
      List<String> rows = new ArrayList<>();
      rows(top.name(), top.shape(), rows);
      if (!rows.isEmpty()) {
        text.append("| key | needs | default | what it does |\n|---|---|---|---|\n");
        rows.forEach(row -> text.append(row).append('\n'));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static void rows(String path, Shape shape, List<String> rows) {
    if (shape instanceof Shape.Many many) {
      rows(path + "[]", many.of(), rows);
    } else if (shape instanceof Shape.Section section) {
      for (Key key : section.keys()) {
        String full = path + "." + key.name();
        String fallback = key.defaultText();
        rows.add(
            "| `%s` | %s | %s | %s |"
                .formatted(
                    full,
                    needs(key.shape()),
                    key.required() ? "required" : fallback == null ? "" : "`" + fallback + "`",
                    key.doc())
                .replace("|`,", "\\|`,"));
        rows(full, key.shape(), rows);
      }
    }
  }

  private static String needs(Shape shape) {
    if (shape instanceof Scalar scalar) {
      return scalar.expected();
    }
    if (shape instanceof Shape.Many many) {
      return many.of() instanceof Scalar scalar ? "list: " + scalar.expected() : "list";
    }
    return shape instanceof Shape.Names ? "names with values" : "keys";
  }
}
