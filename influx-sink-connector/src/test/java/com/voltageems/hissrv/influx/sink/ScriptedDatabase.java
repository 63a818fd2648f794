package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import com.voltageems.hissrv.influx.delivery.Screen;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A database that answers as told, and otherwise accepts everything. */
final class ScriptedDatabase implements InfluxWriter {
  final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String poison = "nothing";
  private final BlockingQueue<Function<String, WriteOutcome>> script = new LinkedBlockingQueue<>();

  /** Sets the answer to the next request that has no scripted answer yet. */
  void answer(WriteOutcome outcome) {
    script.add(lines -> outcome);
  }

  /** Lets the next request end with an exception, as no writer should. */
  void fails(RuntimeException exception) {
    script.add(
        lines -> {
          throw exception;
        });
  }

  /** Lets the next request wait until the latch is open. */
  CountDownLatch hang() {
    CountDownLatch answered = new CountDownLatch(1);
    script.add(
        lines -> {
          try {
            answered.await();
            return new WriteOutcome.Written();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new WriteOutcome.Retry(null, "interrupted");
          }
        });
    return answered;
  }

  /**
   * Lets each request that contains this text fail, like a line that the database cannot process.
   */
  void failsAt(String text) {
    poison = text;
  }

  Database database() {
    return new Database(this, Screen.NONE);
  }

  @Override
  public WriteOutcome write(Destination destination, byte[] lines, int length) {
    String text = new String(lines, 0, length, StandardCharsets.UTF_8);
    requests.add(text);
    if (text.contains(poison)) {
      return new WriteOutcome.Failed(null, "panic", false);
    }
    Function<String, WriteOutcome> next = script.poll();
    return next == null ? new WriteOutcome.Written() : next.apply(text);
  }

  @Override
  public void close() {}
}
