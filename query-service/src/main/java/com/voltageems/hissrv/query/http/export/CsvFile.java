package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.http.answer.ShortNumber;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;

/**
 * CSV as in RFC 4180, one row per point: {@code time}, the tags, the fields. A text is quoted only
 * if necessary; a missing value is an empty cell.
 */
final class CsvFile implements RowFile {
  /** Number of characters that are written at once. */
  private static final int PIECE = 16_384;

  /**
   * Lets a spreadsheet recognize UTF-8; written with local times, which are meant for spreadsheets.
   */
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final Writer out;
  private final List<Integer> shown;
  private final TimeForm times;
  private final StringBuilder text = new StringBuilder(PIECE + 1024);
  private final IsoText iso = new IsoText();
  private final ShortNumber numbers = new ShortNumber();

  CsvFile(Columns columns, OutputStream out) {
    this.out = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    this.shown = columns.shown();
    this.times = columns.times();
    if (times.wall() != null) {
      text.append(BYTE_ORDER_MARK);
    }
    text.append("time");
    columns.tags().forEach(tag -> appendCsv(text.append(','), tag));
    columns.titles().forEach(title -> appendCsv(text.append(','), title));
    text.append("\r\n");
  }

  @Override
  public void row(Row row) throws IOException {
    appendTime(row.epochMicros());
    for (int i = 0; i < row.key().size(); i++) {
      appendCsv(text.append(','), row.key().get(i));
    }
    for (int i : shown) {
      text.append(',');
      double number = row.number(i);
      Object other = row.other(i);
      if (!Double.isNaN(number)) {
        if (numbers.write(number)) {
          text.append(numbers.chars(), numbers.start(), numbers.length());
        } else {
          text.append(plain(number));
        }
      } else if (other != null) {
        appendCsv(text, other.toString());
      }
    }
    text.append("\r\n");
    if (text.length() > PIECE) {
      out.append(text);
      text.setLength(0);
    }
  }

  @Override
  public void end() throws IOException {
    out.append(text).flush();
  }

  private void appendTime(long epochMicros) {
    ZoneId wall = times.wall();
    if (wall != null) {
      text.append(TimeForm.onTheWall(epochMicros, wall));
      return;
    }
    int length = times.isEpoch() ? -1 : iso.write(epochMicros);
    if (times.isEpoch()) {
      text.append(Math.floorDiv(epochMicros, 1000L));
    } else if (length < 0) {
      text.append(Times.iso(epochMicros));
    } else {
      text.append(iso.chars(), 0, length);
    }
  }

  /**
   * Writes a number without an exponent if that is short, for readers that do not know exponents.
   */
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
