package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fill;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.io.OutputStream;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers as files: either a complete answer, or one that is written while the database still
 * answers.
 */
public final class Export {
  private Export() {}

  /** The body of an answer. */
  public interface Body {
    void to(OutputStream out) throws IOException;

    /** Releases a body that is not wanted, or not any more. */
    default void abandon() {}
  }

  /**
   * Returns the rows of a complete answer as a body. A format with columns has one for every field
   * that has any value.
   *
   * @param title gives the title of a field's column
   */
  public static Body of(
      Format format, Ask ask, HistoryAnswer answer, TimeForm times, UnaryOperator<String> title) {
    return out -> {
      int outputs = ask.outputs().size();
      BitSet used = Series.used(answer.series(), outputs);
      RowFile.Columns columns = columns(ask, used.stream().boxed().toList(), times, title);
      try (RowFile file = RowFile.of(format, columns, out)) {
        TimeOrder.write(answer.series(), ask.groupBy(), outputs, ask.newestFirst(), file);
        file.end();
      }
    };
  }

  private static RowFile.Columns columns(
      Ask ask, List<Integer> shown, TimeForm times, UnaryOperator<String> title) {
    List<String> fields = ask.outputs().stream().map(one -> one.field().name()).toList();
    return new RowFile.Columns(
        ask.groupBy(),
        fields,
        shown,
        shown.stream().map(fields::get).map(title).toList(),
        ask.outputs().stream().map(output -> kind(output, ask.fill())).toList(),
        times);
  }

  private static Field.Kind kind(Ask.Output output, Fill fill) {
    Fn function = output.function();
    if (function == null) {
      return output.field().kind();
    }
    Aggregation byStore = function.byStore();
    boolean chooses = byStore == Aggregation.FIRST || byStore == Aggregation.LAST;
    boolean whole =
        byStore == Aggregation.COUNT
            || (output.field().kind() == Field.Kind.INTEGER
                && (chooses || byStore == Aggregation.MIN || byStore == Aggregation.MAX));
    // A filled-in value may have a fraction.
    if (whole && !fill.isNumber()) {
      return Field.Kind.INTEGER;
    }
    boolean kept = chooses && output.field().kind() != Field.Kind.INTEGER;
    return kept ? output.field().kind() : Field.Kind.NUMBER;
  }

  /** Returns why this JVM cannot write such a file, and what would help; null if it can. */
  public static @Nullable String hindrance(Format format) {
    return format != Format.ARROW || ArrowFile.isPossible()
        ? null
        : "format=arrow needs the service to run with java's option"
            + " --add-opens=java.base/java.nio=ALL-UNNAMED, which java -jar query-service.jar has";
  }

  /** An answer whose beginning has arrived; the rest is still being read. */
  public static final class Begun implements Body {
    private final Format format;
    private final Ask ask;
    private final TimeForm times;
    private final RowPipe pipe;
    private final RowPipe.@Nullable Piece first;
    private volatile RowPipe.@Nullable End end;

    private Begun(Format format, Ask ask, TimeForm times, RowPipe pipe) {
      this.format = format;
      this.ask = ask;
      this.times = times;
      this.pipe = pipe;
      this.first = next();
      if (first != null && first.size() < RowPipe.PIECE) {
        next();
      }
    }

    /** Returns the next rows; null at the end. */
    private RowPipe.@Nullable Piece next() {
      RowPipe.Item item = pipe.next();
      if (item instanceof RowPipe.Piece piece) {
        return piece;
      }
      RowPipe.End last = (RowPipe.End) item;
      if (last.failure() != null) {
        throw last.failure();
      }
      end = last;
      return null;
    }

    /** Returns whether all rows have arrived. */
    public boolean isWhole() {
      return end != null;
    }

    /**
     * Returns whether there is more data than the answer holds; known once all rows have arrived or
     * are written.
     */
    public boolean isTruncated() {
      RowPipe.End known = end;
      return known != null && known.truncated();
    }

    /**
     * Writes all rows, once.
     *
     * @throws RuntimeException the database's failure, if a part is already written
     */
    @Override
    public void to(OutputStream out) throws IOException {
      int outputs = ask.outputs().size();
      List<Integer> all = IntStream.range(0, outputs).boxed().toList();
      RowFile.Columns columns = columns(ask, all, times, UnaryOperator.identity());
      try (RowFile file = RowFile.of(format, columns, out)) {
        Row row = new Row(outputs);
        RowPipe.Piece piece = first;
        while (piece != null) {
          for (int i = 0; i < piece.size(); i++) {
            piece.fill(i, row);
            file.row(row);
          }
          if (isWhole()) {
            break;
          }
          // Rows that have arrived are sent before waiting for the next ones.
          out.flush();
          piece = next();
        }
        file.end();
      }
    }

    @Override
    public void abandon() {
      pipe.abandon();
    }
  }

  /**
   * Begins to read points, and waits for the first of them.
   *
   * @param ask a request for points; all of its fields become columns
   * @param afterwards runs when the database has answered, in any case; possibly twice
   */
  public static Begun begin(
      Format format,
      Ask ask,
      TimeForm times,
      HistoryStore store,
      Deadline deadline,
      Runnable afterwards) {
    try {
      HistoryQuery query = ask.query(ask.limit());
      RowPipe pipe = new RowPipe(ask.outputs().size());
      pipe.fillBy(sink -> store.scan(query, deadline, sink), afterwards);
      return new Begun(format, ask, times, pipe);
    } catch (RuntimeException | Error e) {
      // Needed, for example, if no thread could be started: then nothing else would run it.
      afterwards.run();
      throw e;
    }
  }
}
