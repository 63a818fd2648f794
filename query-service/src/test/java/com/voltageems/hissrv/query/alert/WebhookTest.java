package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.Ports;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WebhookTest {
  /** It was told as "cannot be reached within 10 s: ClosedChannelException". */
  @Test
  void receiverThatIsNotThere_isToldInPlainWords() throws Exception {
    int port = Ports.free();
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
            new Webhook(Duration.ofMinutes(1), Clock.systemUTC())
                .send(new Notice(rule, "site", Notice.Kind.TEST, Instant.EPOCH, null))
                .join())
        .contains("http://127.0.0.1:" + port + " cannot be reached: Connection refused");
  }
}
