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
 * Texts by name on their way to Kafka; only the newest text of a name counts. Texts that Kafka
 * could not take are sent again. For one thread; the producer's thread reports the results.
 */
final class Outbox {
  /** Shortest time between two tries to resend, and the factor for the duration of the last try. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final int REST = 10;

  private final KafkaProducer<String, String> producer;
  private final Function<String, ProducerRecord<String, String>> newest;
  private final Consumer<Throwable> failure;

  /** Numbers of the texts that Kafka has not taken yet, by name. */
  private final Map<String, Long> open = new ConcurrentHashMap<>();

  /** Those names whose text is no longer under way: Kafka was down for too long. */
  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  private long sent;
  private long nextTry = System.nanoTime();

  /**
   * @param producer closed together with this outbox
   * @param newest gives the present record of a name
   * @param failure gets each failure, also in the producer's thread
   */
  Outbox(
      KafkaProducer<String, String> producer,
      Function<String, ProducerRecord<String, String>> newest,
      Consumer<Throwable> failure) {
    this.producer = producer;
    this.newest = newest;
    this.failure = failure;
  }

  /** Sends the newest text of this name; does not wait until Kafka has it. */
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

  /** Marks the name to be sent again, unless something newer is under way. */
  private void failed(String name, long number, Exception e) {
    failure.accept(e);
    Long last = open.get(name);
    if (last != null && last == number) {
      failed.add(name);
    }
  }

  /**
   * Sends failed texts again. A client that knows no broker waits its whole timeout for one, and
   * alerts wait with it. Therefore one text is tried first, and a longer pause follows a long wait.
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

  /** Forgets all texts, so that none of them is sent again. */
  void forget() {
    open.clear();
    failed.clear();
  }

  /** Returns whether Kafka has the last text of this name. */
  boolean isTaken(String name) {
    return !open.containsKey(name);
  }

  /** Returns whether Kafka has all texts. */
  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Waits up to this time for the texts under way. */
  void close(Duration timeout) {
    producer.close(timeout);
  }
}
