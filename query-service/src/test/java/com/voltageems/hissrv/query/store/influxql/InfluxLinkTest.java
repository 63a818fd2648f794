package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.tls.DatabaseTls;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that takes what is sent, and never answers. */
class InfluxLinkTest {
  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private ServerSocket silent;
  private InfluxLink link;

  @BeforeEach
  void listen() throws Exception {
    silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    link = InfluxLink.plain(URI.create("http://127.0.0.1:" + silent.getLocalPort()));
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    silent.close();
  }

  private InfluxLink.Exchange ask(Deadline deadline) {
    return link.send(new Request.Builder().url(link.at("/ping")), deadline);
  }

  @Test
  void callUnderWay_endsWhenItIsCancelled() throws Exception {
    AtomicReference<Thread> caller = new AtomicReference<>();
    Future<InfluxLink.Exchange> answer =
        threads.submit(
            () -> {
              caller.set(Thread.currentThread());
              return ask(Deadline.in(Duration.ofMinutes(5)));
            });
    try (Socket connection = silent.accept()) {
      assertThat(connection.getInputStream().read()).isEqualTo('G');
      link.cancel(Thread.currentThread());
      assertThat(answer.isDone()).as("the call of another thread").isFalse();
      link.cancel(Objects.requireNonNull(caller.get()));
      assertThatThrownBy(() -> answer.get(1, TimeUnit.MINUTES))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StoreException.class);
    }
  }

  /** A service that ends must not stumble over a file of certificates that is gone. */
  @Test
  void cancel_needsNoCertificates() {
    InfluxLink gone =
        InfluxLink.encrypted(
            URI.create("https://127.0.0.1:1"),
            new DatabaseTls("store.influxdb2.")
                .client(
                    Map.of("store.influxdb2.ssl.truststore.location", "gone/ca.pem"),
                    InfluxLink::client,
                    Clock.systemUTC()));
    assertThatCode(() -> gone.cancel(Thread.currentThread())).doesNotThrowAnyException();
  }

  @Test
  void deadline_endsACall_andIsToldAsSuch() {
    assertThatThrownBy(() -> ask(Deadline.in(Duration.ofMillis(200))))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TIMEOUT));
  }

  @Test
  void interruptedThread_doesNotAskAtAll() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> ask(Deadline.in(Duration.ofMinutes(5))))
          .isInstanceOf(StoreException.class)
          .hasMessage("interrupted");
    } finally {
      assertThat(Thread.interrupted()).as("is passed on").isTrue();
    }
  }
}
