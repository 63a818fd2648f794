package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers that begin a request and never end its head, or none, and hold their connection. */
class OpenConnectionsTest {
  private static final int MOST = 5;
  private static final String BEGUN = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

  private final AtomicLong nanos = new AtomicLong();
  private final OpenConnections connections =
      new OpenConnections(Duration.ofSeconds(40), MOST, nanos::get);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);
  private final Server server = new Server();
  private final List<Socket> sockets = new ArrayList<>();
  private final ServerConnector connector = new ServerConnector(server);

  @BeforeEach
  void start() throws Exception {
    server.addConnector(connector);
    connections.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            if (request.getHttpURI().getPath().equals("/long")) {
              entered.countDown();
              answer.await();
            }
            callback.succeeded();
            return true;
          }
        });
    server.setHandler(connections);
    server.start();
    connections.attach(server);
  }

  @AfterEach
  void stop() throws Exception {
    answer.countDown();
    for (Socket one : sockets) {
      one.close();
    }
    server.stop();
  }

  private Socket begin(String request) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
    socket.setSoTimeout((int) Duration.ofMinutes(3).toMillis());
    send(socket, request);
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Asks and reads the answer, as a browser whose connection goes on. */
  private Socket asked() throws IOException {
    Socket socket = begin("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    readAnswer(socket);
    return socket;
  }

  private static void readAnswer(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int one = socket.getInputStream().read();
      assertThat(one).as("%s", text).isNotNegative();
      text.append((char) one);
    }
    assertThat(text).startsWith("HTTP/1.1 200");
  }

  private static boolean isEnded(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  private void awaitOpen(int count) {
    await().atMost(Duration.ofMinutes(3)).until(() -> connections.count() == count);
  }

  @Test
  void headThatDoesNotEnd_isCutOff_andWhoAsksOrIsAnsweredIsNot() throws Exception {
    Socket slow = begin(BEGUN);
    Socket silent = begin("");
    Socket waits = begin("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n");
    entered.await();
    Socket browser = asked();
    awaitOpen(4);
    nanos.addAndGet(Duration.ofSeconds(39).toNanos());
    send(slow, "x");
    send(browser, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    readAnswer(browser);
    connections.cutLate();
    assertThat(connections.count()).isEqualTo(4);

    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    connections.cutLate();

    assertThat(isEnded(slow)).isTrue();
    assertThat(isEnded(silent)).isTrue();
    awaitOpen(2);
    assertThat(connections.cut()).isEqualTo(2);
    send(browser, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    readAnswer(browser);
    answer.countDown();
    readAnswer(waits);
  }

  @Test
  void ofTooMany_theOneThatWaitsLongestGoes() throws Exception {
    Socket first = begin(BEGUN);
    awaitOpen(1);
    for (int i = 1; i < MOST; i++) {
      Socket unused = begin(BEGUN);
    }
    awaitOpen(MOST);

    for (int i = 0; i < 100; i++) {
      Socket unused = asked();
    }

    assertThat(isEnded(first)).isTrue();
    awaitOpen(MOST);
    assertThat(connections.cut()).isEqualTo(100);
    assertThat(connections.most()).isEqualTo(MOST);
  }
}
