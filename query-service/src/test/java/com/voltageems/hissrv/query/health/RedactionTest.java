package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "influxdb.token=s3cr3t",
        "influxdb.token = s3cr3t, next=1",
        "{\"password\": \"s3cr3t\"}",
        "redis.password: 's3cr3t'",
        "Authorization: Token s3cr3tS3cr3t==",
        "Authorization=Basic s3cr3t+/=",
        "header Bearer s3cr3t.s3cr3t",
        "redis://user:s3cr3t@host:6379/0 refused",
        "https://s3cr3t@host/ refused",
        "sasl.jaas.config=\"PlainLoginModule required password=s3cr3t;\"",
        "api_key=s3cr3t",
      })
  void secret_isNotShown(String text) {
    assertThat(Redaction.text(text)).doesNotContain("s3cr3t").contains("***");
  }

  @Test
  void otherText_staysAsItIs() {
    String text = "ConnectException: http://127.0.0.1:8086 answered 503 for bucket history";
    assertThat(Redaction.text(text)).isEqualTo(text);
    assertThat(Redaction.oneLine("first\nsecond")).isEqualTo("first");
    assertThat(Redaction.text("x".repeat(10_000))).hasSizeLessThan(4100);
  }

  @Test
  void timeoutWithoutWords_saysHowLongItWas() {
    Duration timeout = Duration.ofSeconds(3);
    assertThat(Redaction.failure(new TimeoutException(), timeout))
        .isEqualTo("no answer within 3000 ms (health.timeout)");
    assertThat(Redaction.failure(new TimeoutException("of the client"), timeout))
        .isEqualTo("TimeoutException: of the client");
    assertThat(Redaction.failure(new IllegalStateException("token=s3cr3t\nmore"), timeout))
        .isEqualTo("IllegalStateException: token=***");
  }
}
