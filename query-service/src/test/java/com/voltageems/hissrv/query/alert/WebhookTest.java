package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WebhookTest {
  /** It was told as "cannot be reached within 10 s: ClosedChannelException". */
  @Test
  void receiverThatIsNotThere_isToldInPlainWords() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    AlertRule rule =
        new AlertRule(
            "a",
            Condition.parse("queue_size > 1"),
            Duration.ZERO,
            AlertRule.Level.WARNING,
            AlertRule.Body.HISSRV,
            URI.create("http://127.0.0.1:" + port + "/hook?access_token=t0p"),
            "",
            "");

    assertThat(
            new Webhook(Duration.ofSeconds(10), Clock.systemUTC())
                .send(new Notice(rule, "site", Notice.Kind.TEST, Instant.EPOCH, null))
                .join())
        .contains("http://127.0.0.1:" + port + " cannot be reached: Connection refused");
  }
}
