package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
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
 * <p>One thread takes, and one puts.
 */
public final class RowPipe implements RowSink {
  /** Rows that are handed over at once; an answer that has fewer is known before it begins. */
  static final int PIECE = 10_000;

  private final int columns;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private Piece filling;
  private volatile boolean abandoned;

  public RowPipe(int columns) {
    this.columns = columns;
    this.filling = new Piece(columns);
  }

  /** Rows as they lie in memory; the last one tells how the reading ended. */
  static final class Piece {
    private final long[] times = new long[PIECE];
    private final @Nullable Object[] keys = new @Nullable Object[PIECE];
    private final double[][] numbers;
    private final @Nullable Object[][] others;
    private int size;
    private boolean last;
    private boolean truncated;
    private @Nullable RuntimeException failure;

    private Piece(int columns) {
      this.numbers = new double[columns][PIECE];
      this.others = new @Nullable Object[columns][];
    }

    int size() {
      return size;
    }

    /** Whether nothing follows. */
    boolean isLast() {
      return last;
    }

    /** Of the last one: whether there was more than the limit let through. */
    boolean isTruncated() {
      return truncated;
    }

    private void add(Row row) {
      times[size] = row.epochMicros();
      keys[size] = row.key();
      for (int i = 0; i < numbers.length; i++) {
        numbers[i][size] = row.number(i);
        Object other = row.other(i);
        if (other != null) {
          @Nullable Object[] column = others[i];
          if (column == null) {
            column = new @Nullable Object[PIECE];
            others[i] = column;
          }
          column[size] = other;
        }
      }
      size++;
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
      pieces.add(filling);
      filling = new Piece(columns);
    }
    return !abandoned;
  }

  /** Reads all of it in a thread of its own; what goes wrong goes wrong for the other end too. */
  public void fillBy(Predicate<RowSink> scan, Runnable afterwards) {
    Thread thread =
        new Thread(
            () -> {
              try {
                boolean more = scan.test(this);
                // Another piece than the one before the scan.
                filling.truncated = more;
              } catch (RuntimeException e) {
                filling.failure = e;
              } catch (Error e) {
                filling.failure = new IllegalStateException("the reading of rows broke off", e);
                throw e;
              } finally {
                afterwards.run();
                filling.last = true;
                pieces.add(filling);
              }
            },
            "scan");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The next rows; waits for them, which the deadline of the reading bounds.
   *
   * @throws RuntimeException what the reading ended with
   */
  Piece next() {
    try {
      Piece piece = pieces.take();
      RuntimeException failure = piece.failure;
      if (failure != null) {
        throw failure;
      }
      return piece;
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
