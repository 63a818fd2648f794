package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebhookTest {
  private static String text(AlertRule.Language language, Notice.Kind kind) {
    AlertRule rule =
        new AlertRule(
            "meter_silent",
            Condition.parse("silence(telemetry, channel=1001) > 10m"),
            Duration.ZERO,
            AlertRule.Level.CRITICAL,
            language,
            AlertRule.Body.WECOM,
            URI.create("http://127.0.0.1/"),
            "",
            "");
    Notice.Site site = new Notice.Site("plant", ZoneId.of("Asia/Shanghai"));
    return new Notice(rule, site, kind, Instant.parse("2026-11-28T02:00:00.123Z"), "12m").text();
  }

  /** People read the clock on their wall. */
  @Test
  void lineForPeople_hasTheTimeOfTheSite_inTheirLanguage() {
    assertThat(text(AlertRule.Language.EN, Notice.Kind.RAISED))
        .isEqualTo(
            "[critical] plant: meter_silent raised (silence(telemetry, channel=1001) > 10m, now"
                + " 12m) since 2026-11-28 10:00:00 +08:00");
    assertThat(text(AlertRule.Language.ZH, Notice.Kind.CLEARED))
        .isEqualTo(
            "【严重】plant：meter_silent 恢复（silence(telemetry, channel=1001) > 10m，当前 12m），自"
                + " 2026-11-28 10:00:00 +08:00");
  }

  /** It was told as "cannot be reached within 10 s: ClosedChannelException". */
  @Test
  void receiverThatIsNotThere_isToldInPlainWords() throws Exception {
    int port = Ports.free();

    assertThat(failure(rule(port), Duration.ofMinutes(1)))
        .contains("http://127.0.0.1:" + port + " cannot be reached: Connection refused");
  }

  /** It was told as "cannot be reached within 10 s: TimeoutException". */
  @Test
  void receiverThatHangs_isToldInPlainWords() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AlertRule rule = rule(silent.getLocalPort());

      assertThat(failure(rule, Duration.ofSeconds(1)))
          .contains("http://127.0.0.1:" + silent.getLocalPort() + " does not answer within 1 s");
    }
  }

  private static AlertRule rule(int port) {
    return new AlertRule(
        "a",
        Condition.parse("queue_size > 1"),
        Duration.ZERO,
        AlertRule.Level.WARNING,
        AlertRule.Language.EN,
        AlertRule.Body.HISSRV,
        URI.create("http://127.0.0.1:" + port + "/hook?access_token=t0p"),
        "",
        "");
  }

  private static Optional<String> failure(AlertRule rule, Duration timeout) {
    return new Webhook(timeout, Clock.systemUTC())
        .send(
            new Notice(
                rule,
                new Notice.Site("site", ZoneOffset.UTC),
                Notice.Kind.TEST,
                Instant.EPOCH,
                null))
        .join();
  }
}
