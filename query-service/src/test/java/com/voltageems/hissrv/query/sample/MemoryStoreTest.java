package com.voltageems.hissrv.query.sample;

import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The contract against the sample: what a site's own back end has to do, too. */
class MemoryStoreTest extends HistoryStoreContract {
  private final MemoryStore store = new MemoryStore(1_000_000);

  @Override
  protected boolean tellsTime() {
    return false;
  }

  @Override
  protected HistoryStore store() {
    return store;
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    for (String line : lines) {
      List<String> parts = split(line, ' ');
      Map<String, String> tags = new LinkedHashMap<>();
      List<String> series = split(parts.get(0), ',');
      for (String tag : series.subList(1, series.size())) {
        List<String> pair = split(tag, '=');
        tags.put(plain(pair.get(0)), plain(pair.get(1)));
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      for (String field : split(parts.get(1), ',')) {
        List<String> pair = split(field, '=');
        fields.put(plain(pair.get(0)), value(pair.get(1)));
      }
      store.write(measurement, tags, Long.parseLong(parts.get(2)) * 1000, fields);
    }
  }

  /** Pieces between separators that are neither escaped nor in quotes. */
  private static List<String> split(String text, char separator) {
    List<String> pieces = new java.util.ArrayList<>();
    StringBuilder piece = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        piece.append(c).append(text.charAt(++i));
      } else if (c == separator && !quoted) {
        pieces.add(piece.toString());
        piece.setLength(0);
      } else {
        quoted ^= c == '"' && (separator != '=' || quoted || text.indexOf("=\"") == i - 1);
        piece.append(c);
      }
    }
    pieces.add(piece.toString());
    return pieces;
  }

  private static String plain(String text) {
    return text.replaceAll("\\\\(.)", "$1");
  }

  private static Object value(String text) {
    if (text.startsWith("\"")) {
      return plain(text.substring(1, text.length() - 1));
    }
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    return text.endsWith("i")
        ? (Object) Long.parseLong(text.substring(0, text.length() - 1))
        : (Object) Double.parseDouble(text);
  }
}
