package com.voltageems.hissrv.query.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * What is on its way to Kafka under names of which the newest text counts, until Kafka has it: what
 * Kafka could not take is sent again. For one thread; the producer's own tells how it went.
 */
final class Outbox {
  /** Between two tries to send what Kafka did not take; and so many times as long as one took. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final int REST = 10;

  private final KafkaProducer<String, String> producer;
  private final Function<String, ProducerRecord<String, String>> newest;
  private final Consumer<Throwable> failure;

  /** What Kafka has not taken yet, by its number. */
  private final Map<String, Long> open = new ConcurrentHashMap<>();

  /** Those of them that are on their way no more: Kafka was away for too long. */
  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  private long sent;
  private long nextTry = System.nanoTime();

  /**
   * @param producer closed with this
   * @param newest the record of a name, as it is now
   * @param failure is told of each failure, also in the producer's thread
   */
  Outbox(
      KafkaProducer<String, String> producer,
      Function<String, ProducerRecord<String, String>> newest,
      Consumer<Throwable> failure) {
    this.producer = producer;
    this.newest = newest;
    this.failure = failure;
  }

  /** Sends what is the newest under this name; does not wait for Kafka to have it. */
  void send(String name) {
    long number = ++sent;
    open.put(name, number);
    failed.remove(name);
    try {
      var unused =
          producer.send(
              newest.apply(name),
              (metadata, e) -> {
                if (e == null) {
                  open.remove(name, number);
                } else {
                  failed(name, number, e);
                }
              });
    } catch (KafkaException e) {
      failed(name, number, e);
    }
  }

  /** Is sent again, unless something newer is on its way. */
  private void failed(String name, long number, Exception e) {
    failure.accept(e);
    Long last = open.get(name);
    if (last != null && last == number) {
      failed.add(name);
    }
  }

  /**
   * A client that knows no broker waits its whole timeout for one, and alerts wait with it: so one
   * is tried first, and after a long wait comes a longer rest.
   */
  void sendAgain() {
    long began = System.nanoTime();
    if (failed.isEmpty() || began - nextTry < 0) {
      return;
    }
    for (String name : List.copyOf(failed)) {
      send(name);
      if (failed.contains(name)) {
        break;
      }
    }
    long took = System.nanoTime() - began;
    double jitter = ThreadLocalRandom.current().nextDouble(0.8, 1.2);
    nextTry = began + took + (long) (Math.max(RETRY.toNanos(), took * REST) * jitter);
  }

  /** Sends nothing of it again. */
  void forget() {
    open.clear();
    failed.clear();
  }

  /** Whether Kafka has what was sent last under this name. */
  boolean isTaken(String name) {
    return !open.containsKey(name);
  }

  /** Whether Kafka has all of it. */
  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Waits this long for what is on its way. */
  void close(Duration timeout) {
    producer.close(timeout);
  }
}
