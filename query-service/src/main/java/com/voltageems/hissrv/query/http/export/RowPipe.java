package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.store.Columns;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way from the thread that reads them to the one that writes them. The reader never
 * waits for a slow client, so the database is free as soon as it has answered. Rows that the client
 * has not taken yet are held as columns of primitives; the limit of the query bounds their number.
 *
 * <p>One thread puts, and one takes. A piece does not change once it is handed over.
 */
public final class RowPipe implements RowSink {
  /** Number of rows that are handed over at once. */
  static final int PIECE = 10_000;

  private final int columns;
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private Piece filling;
  private volatile boolean abandoned;

  public RowPipe(int columns) {
    this.columns = columns;
    this.filling = new Piece(columns);
  }

  /** Rows, or the end. */
  sealed interface Item permits Piece, End {}

  /**
   * The last item.
   *
   * @param truncated whether there were more rows than the limit
   * @param failure the failure that ended the reading; null if it ended normally
   */
  record End(boolean truncated, @Nullable RuntimeException failure) implements Item {}

  /** Some rows, each with its tags. */
  static final class Piece implements Item {
    private static final int FIRST = 256;

    private final List<List<String>> keys = new ArrayList<>(FIRST);
    private final Columns rows;

    private Piece(int columns) {
      this.rows = new Columns(columns, FIRST, PIECE);
    }

    int size() {
      return rows.size();
    }

    private void add(Row row) {
      keys.add(row.key());
      rows.add(row);
    }

    /** Copies the row at an index into a reusable row. */
    void fill(int index, Row row) {
      rows.fill(index, keys.get(index), row);
    }
  }

  @Override
  public boolean take(Row row) {
    filling.add(row);
    if (filling.size() == PIECE) {
      Piece full = filling;
      filling = new Piece(columns);
      items.add(full);
    }
    return !abandoned;
  }

  /**
   * Reads all rows in a separate thread; a failure is passed on to the taking thread.
   *
   * @param afterwards runs when the reading has ended, in any case
   */
  public void fillBy(Predicate<RowSink> scan, Runnable afterwards) {
    Thread thread = new Thread(() -> fill(scan, afterwards), "scan");
    thread.setDaemon(true);
    thread.start();
  }

  private void fill(Predicate<RowSink> scan, Runnable afterwards) {
    RuntimeException failure = new IllegalStateException("the reading of rows broke off");
    boolean truncated = false;
    try {
      truncated = scan.test(this);
      failure = null;
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Error e) {
      // Concerns this answer, as it would if the answer was not streamed.
      failure = new IllegalStateException("an error of the JVM", e);
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      afterwards.run();
      if (failure == null && filling.size() > 0) {
        items.add(filling);
      }
      items.add(new End(truncated, failure));
    }
  }

  /**
   * Waits for the next rows or the end, and returns them; the deadline of the reading bounds the
   * wait.
   */
  Item next() {
    try {
      return items.take();
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Stops the reading at its next row, because nobody takes rows any more. */
  void abandon() {
    abandoned = true;
  }
}
