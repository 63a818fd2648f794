package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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

  /** Rows as they lie in memory. */
  static final class Piece implements Item {
    private static final int FIRST = 256;

    private long[] times = new long[FIRST];
    private @Nullable Object[] keys = new @Nullable Object[FIRST];
    private final double[][] numbers;
    private final @Nullable Object[][] others;
    private int size;

    private Piece(int columns) {
      this.numbers = new double[columns][FIRST];
      this.others = new @Nullable Object[columns][];
    }

    int size() {
      return size;
    }

    private void add(Row row) {
      if (size == times.length) {
        grow(Math.min(2 * size, PIECE));
      }
      times[size] = row.epochMicros();
      keys[size] = row.key();
      for (int i = 0; i < numbers.length; i++) {
        numbers[i][size] = row.number(i);
        Object other = row.other(i);
        if (other != null) {
          @Nullable Object[] column = others[i];
          if (column == null) {
            column = new @Nullable Object[times.length];
            others[i] = column;
          }
          column[size] = other;
        }
      }
      size++;
    }

    private void grow(int length) {
      times = Arrays.copyOf(times, length);
      keys = Arrays.copyOf(keys, length);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Arrays.copyOf(numbers[i], length);
        @Nullable Object[] column = others[i];
        if (column != null) {
          others[i] = Arrays.copyOf(column, length);
        }
      }
    }

    /** Fills a row with one of these. */
    @SuppressWarnings("unchecked") // Only keys are put there.
    void fill(int index, Row row) {
      row.begin(times[index], (List<String>) Objects.requireNonNull(keys[index]));
      for (int i = 0; i < numbers.length; i++) {
        @Nullable Object[] column = others[i];
        Object other = column == null ? null : column[index];
        if (other == null) {
          row.setNumber(i, numbers[i][index]);
        } else {
          row.set(i, other);
        }
      }
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
