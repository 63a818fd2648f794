package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.UnaryOperator;

/** Rows as CSV. */
public final class RowsCsv {
  /** Text that is written at once. */
  private static final int PIECE = 32_768;

  private RowsCsv() {}

  /**
   * RFC 4180, one row per point: {@code time}, the tags, the fields that have any value. A text is
   * quoted where it must be; no value is nothing at all.
   *
   * @param title what stands over a field's column
   */
  public static void write(
      Ask query,
      HistoryAnswer answer,
      boolean epochTimes,
      UnaryOperator<String> title,
      OutputStream out)
      throws IOException {
    Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    BitSet used = RowsJson.used(answer.series(), query.outputs().size());
    StringBuilder text = new StringBuilder(4096);
    text.append("time");
    for (String tag : query.groupBy()) {
      appendCsv(text.append(','), tag);
    }
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      appendCsv(text.append(','), title.apply(query.outputs().get(i).field().name()));
    }
    text.append("\r\n");
    IsoText iso = new IsoText();
    for (Series series : answer.series()) {
      series.<IOException>each(
          query.outputs().size(),
          row -> {
            appendTime(text, row.epochMicros(), epochTimes, iso);
            for (String tag : query.groupBy()) {
              appendCsv(text.append(','), series.tags().getOrDefault(tag, ""));
            }
            for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
              text.append(',');
              double number = row.number(i);
              Object other = row.other(i);
              if (!Double.isNaN(number)) {
                text.append(plain(number));
              } else if (other != null) {
                appendCsv(text, other.toString());
              }
            }
            text.append("\r\n");
            if (text.length() > PIECE) {
              writer.append(text);
              text.setLength(0);
            }
          });
    }
    writer.append(text).flush();
  }

  private static void appendTime(
      StringBuilder text, long epochMicros, boolean epochTimes, IsoText iso) {
    int length = epochTimes ? -1 : iso.write(epochMicros);
    if (epochTimes) {
      text.append(Math.floorDiv(epochMicros, 1000L));
    } else if (length < 0) {
      text.append(Times.iso(epochMicros));
    } else {
      text.append(iso.chars(), 0, length);
    }
  }

  /** A number without an exponent where that is short, for readers that know no exponents. */
  private static String plain(double number) {
    String text = Double.toString(number);
    return text.indexOf('E') < 0 || Math.abs(number) > 1e18 || Math.abs(number) < 1e-9
        ? text
        : new BigDecimal(text).toPlainString();
  }

  private static void appendCsv(StringBuilder out, String text) {
    boolean quote = false;
    for (int i = 0; i < text.length() && !quote; i++) {
      char c = text.charAt(i);
      quote = c == ',' || c == '"' || c == '\r' || c == '\n';
    }
    if (quote) {
      out.append('"').append(text.replace("\"", "\"\"")).append('"');
    } else {
      out.append(text);
    }
  }
}
