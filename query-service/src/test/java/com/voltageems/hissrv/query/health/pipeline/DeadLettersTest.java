package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void deadLetter_isShownWithItsRedisKeyAndSize() {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("dead", 0, 7, bytes("telemetry"), bytes("{}"));
    record.headers().add("__connect.errors.topic", bytes("hissrv.live"));
    record.headers().add("__connect.errors.offset", bytes("41"));
    record.headers().add("hissrv.key", bytes("comsrv:1001:m"));
    assertThat(DeadLetters.shown(record))
        .containsEntry("topic", "hissrv.live")
        .containsEntry("offset", 41L)
        .containsEntry("redis_key", "comsrv:1001:m")
        .containsEntry("bytes", 2)
        .containsEntry("reason", null);
    assertThat(DeadLetters.shown(new ConsumerRecord<>("dead", 0, 8, new byte[0], null)))
        .containsEntry("redis_key", null)
        .containsEntry("bytes", 0);
    record.headers().add("hissrv.key", bytes("k".repeat(300)));
    assertThat(DeadLetters.shown(record)).containsEntry("redis_key", "k".repeat(199) + "…");
  }
}
