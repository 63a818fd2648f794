package com.voltageems.hissrv.query.health.kafka;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/**
 * Checks that what answers is Kafka, before a client of Kafka asks it. A client takes the first
 * four bytes of an answer for its length, and asks for as much memory at once: "HTTP" is 1.2 GB,
 * the alert of a TLS port 352 MB. It then ends with an OutOfMemoryError, and with it the whole
 * service where the JVM runs with {@code ExitOnOutOfMemoryError}.
 */
final class KafkaGreeting {
  private static final Duration OF_A_SERVER = Duration.ofSeconds(1);

  /** More than the longest answer: a few bytes for each kind of request. */
  private static final int MOST_BYTES = 1 << 20;

  private static final int CORRELATION = 0x68697373;

  private KafkaGreeting() {}

  /**
   * Asks each of the servers which versions it speaks, as every client begins. One that does not
   * answer passes: the client tells that better. So does everything where the settings have TLS.
   * Where brokers send clients on to ({@code advertised.listeners}) is not asked.
   *
   * @param client settings of a client
   * @param within how long all of it may take, but for the look-up of names
   * @throws KafkaException if something else answers
   */
  static void require(Map<String, Object> client, Duration within) {
    String protocol = String.valueOf(client.getOrDefault("security.protocol", "PLAINTEXT"));
    if (protocol.toUpperCase(Locale.ROOT).endsWith("SSL")) {
      return;
    }
    long end = System.nanoTime() + within.toNanos();
    for (String server : String.valueOf(client.get("bootstrap.servers")).split(",", -1)) {
      String host = server.strip().replaceFirst(":[0-9]+$", "").replaceFirst("^\\[(.*)]$", "$1");
      String port = server.strip().replaceFirst(".*:", "");
      if (port.matches("[0-9]{1,5}") && isForeign(host, Integer.parseInt(port), end)) {
        throw new KafkaException(
            "what answers at "
                + server.strip()
                + " is not Kafka, or expects TLS (kafka.properties.security.protocol)");
      }
    }
  }

  /** Returns whether an answer came, and is not Kafka's. */
  private static boolean isForeign(String host, int port, long endOfAll) {
    long end = Math.min(endOfAll, System.nanoTime() + OF_A_SERVER.toNanos());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), left(end));
      // The length of what follows; ApiVersions, version 0; the request's number; no client's name.
      ByteBuffer request = ByteBuffer.allocate(14);
      request.putInt(10).putShort((short) 18).putShort((short) 0).putInt(CORRELATION);
      socket.getOutputStream().write(request.putShort((short) -1).array());
      int length = readInt(socket, end);
      return length < Integer.BYTES || length > MOST_BYTES || readInt(socket, end) != CORRELATION;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static int readInt(Socket socket, long end) throws IOException {
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      socket.setSoTimeout(left(end));
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new EOFException();
      }
      value = value << Byte.SIZE | next;
    }
    return value;
  }

  private static int left(long end) throws SocketTimeoutException {
    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) left;
  }
}
