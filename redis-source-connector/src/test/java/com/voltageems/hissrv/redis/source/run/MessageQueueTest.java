package com.voltageems.hissrv.redis.source.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.Signal;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MessageQueueTest {
  private static final byte[] SOME = Bytes.of("x");

  private static final int MAX_PAYLOAD = 1 << 20;

  private final Signal signal = new Signal();

  private MessageQueue queue(int capacity) {
    return new MessageQueue(capacity, MAX_PAYLOAD, WorkerClock.system(), queue -> signal.raise());
  }

  @Test
  void aMessage_alwaysWakesTheReaderThatWaits() throws InterruptedException {
    MessageQueue queue = queue(100_000);
    int messages = 30_000;
    long waitNanos = Duration.ofMinutes(1).toNanos();
    CompletableFuture<Void> publisher =
        CompletableFuture.runAsync(
            () -> {
              Random random = new Random(2);
              for (int i = 0; i < messages; i++) {
                // Mostly in step with the reader, so that the reader waits often; sometimes while
                // it takes.
                for (int spin = 0; i % 3 == 0 && queue.hasMessages(); spin++) {
                  if (spin < 1000) {
                    Thread.onSpinWait();
                  } else {
                    LockSupport.parkNanos(1000); // both threads may share one processor
                  }
                }
                for (int spin = random.nextInt(2000); spin > 0; spin--) {
                  Thread.onSpinWait();
                }
                queue.accept(SOME, SOME);
              }
            });
    int taken = 0;
    while (taken < messages) {
      while (!queue.hasMessages()) {
        long begun = System.nanoTime();
        signal.await(waitNanos);
        assertThat(System.nanoTime() - begun).as("wait after %d", taken).isLessThan(waitNanos);
      }
      taken += queue.take(1000).size();
    }
    publisher.join();
  }

  @Test
  void whatDoesNotFit_isDroppedAndCounted_andIsAGap() {
    MessageQueue queue = queue(1000);
    for (int i = 0; i < 1003; i++) {
      queue.accept(SOME, SOME);
    }
    assertThat(queue.dropped()).isEqualTo(3);
    assertThat(queue.takeGap()).isTrue();
    assertThat(queue.takeGap()).isFalse();
    assertThat(queue.take(2000)).hasSize(1000);
  }

  @Test
  void whatIsTooMuchInBytes_isDroppedAndCounted_andIsAGap() {
    MessageQueue queue = queue(200_000);
    byte[] payload = new byte[MAX_PAYLOAD];
    for (int i = 0; i < 70; i++) {
      queue.accept(SOME, payload);
    }
    // 64 MiB, including the channels' names.
    assertThat(queue.dropped()).isEqualTo(7);
    assertThat(queue.takeGap()).isTrue();
    assertThat(queue.take(10)).hasSize(10);
    for (int i = 0; i < 11; i++) {
      queue.accept(SOME, payload);
    }
    assertThat(queue.dropped()).isEqualTo(8);
    assertThat(queue.take(1000)).hasSize(63);
  }

  @Test
  void payloadThatIsTooLong_isNotKept() {
    MessageQueue queue = queue(200_000);
    byte[] payload = new byte[MAX_PAYLOAD + 1];
    for (int i = 0; i < 1000; i++) {
      queue.accept(SOME, payload);
    }
    assertThat(queue.dropped()).isZero();
    assertThat(queue.take(2000))
        .hasSize(1000)
        .allSatisfy(message -> assertThat(message.payload()).isNull());
  }
}
