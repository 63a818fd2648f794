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
 * waits for a client that is slow, so that the database is free as soon as it has answered; what it
 * is ahead is held as columns of primitives, and bounded by the limit of the query.
 *
 * <p>One thread puts, and one takes. Nothing of a piece changes once it is handed over.
 */
public final class RowPipe implements RowSink {
  /** Rows that are handed over at once. */
  static final int PIECE = 10_000;

  private final int columns;
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private Piece filling;
  private volatile boolean abandoned;

  public RowPipe(int columns) {
    this.columns = columns;
    this.filling = new Piece(columns);
  }

  /** What goes through. */
  sealed interface Item permits Piece, End {}

  /**
   * The last of all.
   *
   * @param truncated whether there was more than the limit let through
   * @param failure what the reading ended with; null where it ended well
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

    /** Fills a row with one of these. */
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
   * Reads all of it in a thread of its own; what goes wrong goes wrong for the other end too.
   *
   * @param afterwards run when the reading has ended, in any case
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
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      // After an error, too: it goes on to whoever watches threads, and the other end is told.
      afterwards.run();
      if (failure == null && filling.size() > 0) {
        items.add(filling);
      }
      items.add(new End(truncated, failure));
    }
  }

  /** The next rows, or the end; waits for them, which the deadline of the reading bounds. */
  Item next() {
    try {
      return items.take();
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Nobody takes any more: the reading ends at its next row. */
  void abandon() {
    abandoned = true;
  }
}
