package com.voltageems.hissrv.query.health.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/**
 * Checks that what answers is Kafka, before a client of Kafka asks it. A client takes the first
 * four bytes of an answer for its length, and asks for as much memory at once: "HTTP" is 1.2 GB,
 * the alert of a TLS port 352 MB. It then ends with an OutOfMemoryError, and with it the whole
 * service where the JVM runs with {@code ExitOnOutOfMemoryError}.
 */
final class KafkaGreeting {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** More than the longest answer: a few bytes for each kind of request. */
  private static final int MOST_BYTES = 1 << 20;

  private static final int CORRELATION = 0x68697373;

  private KafkaGreeting() {}

  /**
   * Asks each of the servers which versions it speaks, as every client begins. One that does not
   * answer passes: the client tells that better. So does everything where the settings have TLS.
   *
   * @param client settings of a client
   * @throws KafkaException if something else answers
   */
  static void require(Map<String, Object> client) {
    String protocol = String.valueOf(client.getOrDefault("security.protocol", "PLAINTEXT"));
    if (protocol.toUpperCase(Locale.ROOT).endsWith("SSL")) {
      return;
    }
    for (String server : String.valueOf(client.get("bootstrap.servers")).split(",", -1)) {
      String host = server.strip().replaceFirst(":[0-9]+$", "").replaceFirst("^\\[(.*)]$", "$1");
      String port = server.strip().replaceFirst(".*:", "");
      if (port.matches("[0-9]{1,5}") && isForeign(host, Integer.parseInt(port))) {
        throw new KafkaException(
            "what answers at "
                + server.strip()
                + " is not Kafka, or expects TLS (kafka.properties.security.protocol)");
      }
    }
  }

  /** Returns whether an answer came, and is not Kafka's. */
  private static boolean isForeign(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) TIMEOUT.toMillis());
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      // The length of what follows; ApiVersions, version 0; the request's number; no client's name.
      ByteBuffer request = ByteBuffer.allocate(14);
      request.putInt(10).putShort((short) 18).putShort((short) 0).putInt(CORRELATION);
      socket.getOutputStream().write(request.putShort((short) -1).array());
      DataInputStream answer = new DataInputStream(socket.getInputStream());
      int length = answer.readInt();
      return length < Integer.BYTES || length > MOST_BYTES || answer.readInt() != CORRELATION;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }
}
