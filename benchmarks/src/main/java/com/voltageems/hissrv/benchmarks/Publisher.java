package com.voltageems.hissrv.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes prebuilt messages over a bare socket, pipelined, at a given rate: as cheaply as
 * possible, since it shares the machine with the system under test.
 */
final class Publisher implements AutoCloseable {
  private static final int BATCH = 50;
  private static final long MAX_UNANSWERED = 100_000;
  private static final long ANSWER_NANOS = 30_000_000_000L;

  private final Socket socket;
  private final OutputStream out;
  private final List<byte[]> batches;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong heard = new AtomicLong();
  private volatile @Nullable IOException failure;
  private long sent;
  private int next;

  /** The messages that a run has published, and how many of them had a subscriber. */
  record Run(long published, long heard, double seconds) {
    double perSecond() {
      return published / seconds;
    }
  }

  Publisher(int port, List<byte[]> batches) throws IOException {
    this.batches = batches;
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    this.out = socket.getOutputStream();
    Thread reader = new Thread(this::readAnswers, "publisher-answers");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Returns messages in the order of a driver: all points of one channel, then those of the next.
   */
  static List<byte[]> channelByChannel(int channels, int points) {
    List<byte[]> batches = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      ByteArrayOutputStream batch = new ByteArrayOutputStream();
      for (int point = 1; point <= points; point++) {
        batch.writeBytes(message(channel, point));
      }
      batches.add(batch.toByteArray());
    }
    return batches;
  }

  /** Returns messages of which each is on another channel than the one before: nothing to merge. */
  static List<byte[]> pointByPoint(int channels, int points) {
    List<byte[]> batches = new ArrayList<>();
    for (int point = 1; point <= points; point++) {
      for (int from = 0; from < channels; from += BATCH) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int channel = from; channel < from + BATCH; channel++) {
          batch.writeBytes(message(channel, point));
        }
        batches.add(batch.toByteArray());
      }
    }
    return batches;
  }

  private static byte[] message(int channel, int point) {
    String name = SourceRig.hashKey(channel);
    String payload = String.format(Locale.ROOT, "%d:%.6f", point, 220 + point + channel / 7.0);
    return "*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n"
        .formatted(name.length(), name, payload.length(), payload)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Publishes for {@code seconds} seconds, then waits for the answers.
   *
   * @param perSecond messages per second; {@link Long#MAX_VALUE} for as fast as Redis accepts them
   */
  Run run(long perSecond, int seconds) throws IOException, InterruptedException {
    long sentBefore = sent;
    long heardBefore = heard.get();
    long begun = System.nanoTime();
    long length = TimeUnit.SECONDS.toNanos(seconds);
    for (long now = 0; now < length; now = System.nanoTime() - begun) {
      double wanted = perSecond * (now / 1e9);
      while (sent - sentBefore < wanted
          && sent - answered.get() < MAX_UNANSWERED
          && System.nanoTime() - begun < length) {
        out.write(batches.get(next));
        next = (next + 1) % batches.size();
        sent += BATCH;
      }
      TimeUnit.MICROSECONDS.sleep(500);
    }
    long deadline = System.nanoTime() + ANSWER_NANOS;
    while (answered.get() < sent) {
      if (failure != null || System.nanoTime() > deadline) {
        throw new IOException("Redis does not answer the publisher", failure);
      }
      TimeUnit.MICROSECONDS.sleep(200);
    }
    return new Run(sent - sentBefore, heard.get() - heardBefore, (System.nanoTime() - begun) / 1e9);
  }

  /** Counts the answers: each is {@code :<subscribers>} and a line end. */
  private void readAnswers() {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = socket.getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        int lines = 0;
        int subscribed = 0;
        for (int i = 0; i < read; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
          subscribed += buffer[i] == '1' ? 1 : 0;
        }
        heard.addAndGet(subscribed);
        answered.addAndGet(lines);
      }
    } catch (IOException e) {
      // The socket has ended on our side or Redis's; the waiting run reports it.
      failure = e;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
