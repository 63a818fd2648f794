package com.voltageems.hissrv.redis.source.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Backoff;
import com.voltageems.hissrv.redis.source.link.WorkerClock;
import com.voltageems.hissrv.redis.source.reader.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
  private static final byte[] SOME = Bytes.of("x");

  private static final int MAX_PAYLOAD = 1 << 20;

  private final Signal signal = new Signal();

  private Subscription subscription(int capacity) {
    return new Subscription(
        Readers.config(Map.of("sources", "p", "sources.p.type", "pubsub", "sources.p.pattern", "*"))
            .redis("test"),
        List.of("*"),
        capacity,
        MAX_PAYLOAD,
        new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), new Random(1)),
        WorkerClock.system(),
        signal::raise,
        "test",
        null);
  }

  @Test
  void aMessage_alwaysWakesTheReaderThatWaits() throws InterruptedException {
    Subscription subscription = subscription(100_000);
    int messages = 30_000;
    long waitNanos = Duration.ofSeconds(5).toNanos();
    CompletableFuture<Void> publisher =
        CompletableFuture.runAsync(
            () -> {
              Random random = new Random(2);
              for (int i = 0; i < messages; i++) {
                // Mostly in step with the reader, so that it waits often; sometimes while it takes.
                while (i % 3 == 0 && subscription.hasMessages()) {
                  Thread.onSpinWait();
                }
                for (int spin = random.nextInt(2000); spin > 0; spin--) {
                  Thread.onSpinWait();
                }
                subscription.accept(SOME, SOME);
              }
            });
    int taken = 0;
    while (taken < messages) {
      while (!subscription.hasMessages()) {
        long begun = System.nanoTime();
        signal.await(waitNanos);
        assertThat(System.nanoTime() - begun).as("wait after %d", taken).isLessThan(waitNanos);
      }
      taken += subscription.take(1000).size();
    }
    publisher.join();
  }

  @Test
  void whatDoesNotFit_isDroppedAndCounted_andIsAGap() {
    Subscription subscription = subscription(1000);
    for (int i = 0; i < 1003; i++) {
      subscription.accept(SOME, SOME);
    }
    assertThat(subscription.dropped.sum()).isEqualTo(3);
    assertThat(subscription.takeGap()).isTrue();
    assertThat(subscription.takeGap()).isFalse();
    assertThat(subscription.take(2000)).hasSize(1000);
  }

  @Test
  void whatIsTooMuchInBytes_isDroppedAndCounted_andIsAGap() {
    Subscription subscription = subscription(200_000);
    byte[] payload = new byte[MAX_PAYLOAD];
    for (int i = 0; i < 70; i++) {
      subscription.accept(SOME, payload);
    }
    // 64 MiB with the channels' names.
    assertThat(subscription.dropped.sum()).isEqualTo(7);
    assertThat(subscription.takeGap()).isTrue();
    assertThat(subscription.take(10)).hasSize(10);
    for (int i = 0; i < 11; i++) {
      subscription.accept(SOME, payload);
    }
    assertThat(subscription.dropped.sum()).isEqualTo(8);
    assertThat(subscription.take(1000)).hasSize(63);
  }

  @Test
  void payloadThatIsTooLong_isNotKept() {
    Subscription subscription = subscription(200_000);
    byte[] payload = new byte[MAX_PAYLOAD + 1];
    for (int i = 0; i < 1000; i++) {
      subscription.accept(SOME, payload);
    }
    assertThat(subscription.dropped.sum()).isZero();
    assertThat(subscription.take(2000))
        .hasSize(1000)
        .allSatisfy(message -> assertThat(message.payload()).isNull());
  }
}
