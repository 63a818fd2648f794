package com.voltageems.hissrv.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.QuestDb;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What of a list, a stream and the windows is in the topics, read as committed; and, all the while,
 * whether the list's elements that the sink has committed are in the database.
 */
final class Arrivals implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int WINDOWS_LEAST = 3;

  /** QuestDB applies its log in the background. */
  private static final Duration SHOWN_WITHIN = Duration.ofSeconds(20);

  private final Admin admin;
  private final KafkaConsumer<String, String> consumer;
  private final HttpClient http = HttpClient.newHttpClient();
  private final QuestDb database;
  private final String group;
  private final Thread thread = new Thread(this::run, "arrivals");

  private final BitSet pending = new BitSet();
  private final BitSet events = new BitSet();

  /** How many samples each window of a channel has, by its start. */
  private final NavigableMap<Long, Map<String, Double>> windows = new TreeMap<>();

  private final List<String> repeated = new ArrayList<>();

  /** What is to be read next. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /** By offset, what was not looked for in the database yet. */
  private final Map<TopicPartition, NavigableMap<Long, Long>> unseen = new HashMap<>();

  private int looks;
  private @Nullable String failure;
  private volatile boolean stopping;

  Arrivals(String bootstrapServers, QuestDb database, String group) {
    this.database = database;
    this.group = group;
    admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "arrivals",
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                "isolation.level", "read_committed",
                "metadata.max.age.ms", "1000"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.subscribe(Pattern.compile("hissrv\\.(pending|events|archive1m)"));
    thread.start();
  }

  private void run() {
    try {
      while (!stopping) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          take(record);
        }
        look();
      }
    } catch (IOException | RuntimeException e) {
      fail(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void fail(String why) {
    failure = failure == null ? why : failure;
  }

  private synchronized void take(ConsumerRecord<String, String> record) throws IOException {
    TopicPartition from = new TopicPartition(record.topic(), record.partition());
    if (record.offset() < next.getOrDefault(from, 0L)) {
      // Read again, as a topic was made meanwhile.
      return;
    }
    next.put(from, record.offset() + 1);
    JsonNode sample = JSON.readTree(record.value());
    JsonNode fields = sample.path("fields");
    if (record.topic().endsWith(".archive1m")) {
      String channel = sample.path("tags").path("channel").asText();
      Double before =
          windows
              .computeIfAbsent(sample.path("timestamp").asLong() / 60_000, start -> new TreeMap<>())
              .put(channel, fields.path("voltage_count").asDouble());
      if (before != null) {
        repeated.add("window " + record.value());
      }
      return;
    }
    boolean list = record.topic().endsWith(".pending");
    BitSet numbers = list ? pending : events;
    int number = fields.path("n").asInt(-1);
    if (numbers.get(number)) {
      repeated.add(record.topic() + " " + number);
    }
    numbers.set(number);
    if (list) {
      unseen.computeIfAbsent(from, p -> new TreeMap<>()).put(record.offset(), (long) number);
    }
  }

  /** What the sink has committed first, then what is in the database: it must not be less. */
  private void look() throws InterruptedException, IOException {
    BitSet wanted = new BitSet();
    Map<TopicPartition, OffsetAndMetadata> committed;
    try {
      committed =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // No broker has them now.
      return;
    }
    unseen.forEach(
        (partition, numbers) -> {
          OffsetAndMetadata offset = committed.get(partition);
          if (offset != null) {
            NavigableMap<Long, Long> done = numbers.headMap(offset.offset(), false);
            done.values().forEach(number -> wanted.set(number.intValue()));
            done.clear();
          }
        });
    if (wanted.isEmpty()) {
      return;
    }
    String sql =
        "select distinct n from load where n >= %d and n <= %d"
            .formatted(wanted.nextSetBit(0), wanted.length() - 1);
    long end = System.nanoTime() + SHOWN_WITHIN.toNanos();
    while (!wanted.isEmpty() && System.nanoTime() - end < 0) {
      for (JsonNode row : rows(sql)) {
        wanted.clear(row.path(0).asInt());
      }
    }
    looks++;
    if (!wanted.isEmpty()) {
      fail("committed by the sink, but not in the database: " + wanted);
    }
  }

  private JsonNode rows(String sql) throws IOException, InterruptedException {
    String query = URLEncoder.encode(sql, StandardCharsets.UTF_8);
    return JSON.readTree(
            http.send(
                    HttpRequest.newBuilder(URI.create(database.url() + "/exec?query=" + query))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body())
        .path("dataset");
  }

  /** Waits for the first {@code count} elements and entries in the topics and the database. */
  void await(long count) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              synchronized (this) {
                assertThat(failure).isNull();
                assertThat(first(pending, count)).as("first elements missing").isEmpty();
                assertThat(first(events, count)).as("first entries missing").isEmpty();
              }
            });
  }

  /** Waits for a window of this minute since the epoch, or of a later one. */
  void awaitWindow(long minute) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              synchronized (this) {
                assertThat(windows).isNotEmpty();
                assertThat(windows.lastKey()).isGreaterThanOrEqualTo(minute);
              }
            });
  }

  /** Waits, under load, for enough windows that a missing one would be seen between them. */
  void awaitWindows() {
    Awaitility.await()
        .atMost(LIMIT.plusMinutes(WINDOWS_LEAST))
        .untilAsserted(
            () -> {
              synchronized (this) {
                assertThat(windows).hasSizeGreaterThanOrEqualTo(WINDOWS_LEAST);
              }
            });
  }

  /** The first of the numbers below {@code count} that are missing. */
  private static List<Integer> first(BitSet numbers, long count) {
    BitSet missing = new BitSet();
    missing.set(0, (int) count);
    missing.andNot(numbers);
    return missing.stream().limit(10).boxed().toList();
  }

  /** Ends once all is seen in the database. */
  void end() throws InterruptedException {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              synchronized (this) {
                assertThat(failure).isNull();
                assertThat(unseen.values()).allSatisfy(left -> assertThat(left).isEmpty());
              }
            });
    stopping = true;
    thread.join(LIMIT.toMillis());
    assertThat(thread.isAlive()).isFalse();
    assertThat(looks).as("offsets were looked at").isGreaterThan(10);
  }

  synchronized @Nullable String failure() {
    return failure;
  }

  synchronized List<String> repeated() {
    return List.copyOf(repeated);
  }

  /** Minutes between the first window and the last one that a channel has none for. */
  synchronized List<String> missingWindows() {
    assertThat(windows).hasSizeGreaterThanOrEqualTo(WINDOWS_LEAST);
    List<String> missing = new ArrayList<>();
    for (long minute = windows.firstKey(); minute <= windows.lastKey(); minute++) {
      Map<String, Double> channels = windows.getOrDefault(minute, Map.of());
      if (channels.size() != 4) {
        missing.add(minute + ": " + channels);
      }
    }
    return missing;
  }

  @Override
  public synchronized String toString() {
    return "elements %d, entries %d, repeated %d, samples of windows %s, looks %d"
        .formatted(pending.cardinality(), events.cardinality(), repeated.size(), windows, looks);
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
    admin.close(Duration.ofSeconds(5));
  }
}
