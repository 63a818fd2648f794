package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.metric;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.pubsub.PubSubMessage;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Passes any value of a hash and any element of a list through the task on a real Redis: it is in
 * the topic, or counted with a reason. And the aggregation takes the same texts for numbers as the
 * connector.
 */
class HashValuesIT extends RedisTaskFixture {
  private static final String[] PIECES = {
    "0",
    "1",
    "7",
    "42",
    ".",
    "-",
    "+",
    "e",
    "E",
    "x",
    "0x",
    "inf",
    "nan",
    "NaN",
    "-inf",
    ":",
    " ",
    "1642592400000",
    "164259240",
    "\u0000",
    "\n",
    "auto",
    "{",
    "\"",
    "é",
    "1e400",
    "1e-7",
    "999999999999999999",
    "infinity",
    "1e100000000",
    "d",
    "f",
    "p3",
    "_",
    ","
  };

  private final Random random = new Random(20261125);

  private String value() {
    StringBuilder text = new StringBuilder();
    int pieces = 1 + random.nextInt(4);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return random.nextInt(200) == 0 ? text.toString().repeat(100) : text.toString();
  }

  private Map<String, String> hash(int fields) {
    Map<String, String> hash = new HashMap<>();
    for (int i = 0; i < fields; i++) {
      hash.put(String.valueOf(i), value());
    }
    return hash;
  }

  @Test
  void everyField_isInARecord_orCounted() {
    Map<String, String> hash = hash(2000);
    client.hset("comsrv:1:m", hash);
    long finite = 0;
    Map<String, Object> got = new HashMap<>();
    try (TaskHarness task =
        task(Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*"))) {
      for (SourceRecord record : task.pollTimes(10)) {
        Struct struct = (Struct) record.value();
        got.putAll(struct.getMap("fields"));
        if (struct.get("texts") != null) {
          got.putAll(struct.getMap("texts"));
        }
      }
      for (Map.Entry<String, String> field : hash.entrySet()) {
        ValueText value = ValueText.parse(field.getValue());
        switch (value.kind()) {
          case NUMBER -> assertThat(got).containsEntry(field.getKey(), value.number());
          case TEXT -> assertThat(got.get(field.getKey())).isEqualTo(value.text());
          case NON_FINITE -> assertThat(got).doesNotContainKey(field.getKey());
        }
        finite += value.kind() == ValueText.Kind.NON_FINITE ? 0 : 1;
      }
      assertThat(metric("h", "rejected-non-finite")).isEqualTo(hash.size() - finite);
    }
  }

  // Field case S8.
  @Test
  void theAggregation_takesTheSameTextsForNumbers() {
    Map<String, String> hash = hash(1500);
    client.hset("comsrv:1:m", hash);
    RedisSourceConfig config =
        Readers.config(
            config(Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q")));
    RedisScript script = RedisScript.resource(RedisScript.class, "/hissrv.lua");
    try (RedisLink link = new JedisLink(config.redis("test"), () -> {})) {
      for (String action : List.of("collect", "aggregate_1m")) {
        Object left;
        do {
          left =
              script.run(
                  link,
                  List.of(),
                  List.of(
                      Bytes.of(action),
                      Bytes.of(action.equals("collect") ? "1704067200" : "1704067260")));
        } while (!Long.valueOf(0).equals(left));
      }
    }
    Map<String, String> window = client.hgetAll("archive:1m:1704067200:1");
    hash.forEach(
        (field, text) -> {
          ValueText value = ValueText.parse(text);
          boolean number =
              value.kind() == ValueText.Kind.NUMBER && Math.abs(value.number()) <= 1e300;
          String last = window.get(field + "_last");
          assertThat(last != null).as("field %s of \"%s\"", field, text).isEqualTo(number);
          if (last != null) {
            assertThat(Double.parseDouble(last)).isEqualTo(value.number());
          }
        });
  }

  /** The values are good, and only their times are not known. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10_001})
  void companionOfAnotherType_isCounted_andTheValuesComeAllTheSame(int fields) {
    Map<String, String> values = new HashMap<>();
    for (int field = 1; field <= fields; field++) {
      values.put("p" + field, "1");
    }
    client.hset("comsrv:1:m", values);
    client.set("comsrv:1:m:ts", "1704067200000");
    try (TaskHarness task =
        task(
            Map.of("sources", "live", "sources.live.type", "hash"),
            "sources.live.pattern",
            "comsrv:*")) {
      assertThat(task.pollFor(1)).isNotEmpty();
      assertThat(metric("live", "points")).isEqualTo(fields);
      client.hset("comsrv:1:m", "p1", "2");
      assertThat(task.pollFor(1)).isNotEmpty();
      assertThat(metric("live", "rejected-wrong-type")).isEqualTo(1);
    }
  }

  // Field case S8: bounded time, rejected and counted.
  @Test
  void hugeNumbersAndNesting_costNothing() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    List<String> values =
        List.of(
            "1e100000000",
            "1e400",
            "9".repeat(1_000_000),
            "1e" + "9".repeat(900_000),
            deep,
            "{\"a\":".repeat(50_000) + "1" + "}".repeat(50_000),
            "0." + "0".repeat(900_000) + "1");
    int pushed = 0;
    for (String value : values) {
      client.lpush(
          "q",
          "{\"measurement\":\"m\",\"fields\":{\"n\":" + value + "}}",
          "{\"measurement\":\"m\",\"timestamp\":" + value + ",\"fields\":{\"n\":1}}",
          "{\"measurement\":\"m\",\"tags\":{\"t\":" + value + "},\"fields\":{\"n\":1}}",
          value);
      pushed += 4;
    }
    client.lpush("q", "{\"measurement\":\"m\",\"fields\":{\"n\":7}}");
    long begun = System.nanoTime();
    List<SourceRecord> records = new ArrayList<>();
    try (TaskHarness task =
        task(
            Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q"),
            "value.max.bytes",
            "16000000")) {
      while (client.llen("q:rejected") + records.size() < pushed + 1
          && System.nanoTime() - begun < 240_000_000_000L) {
        records.addAll(task.pollTimes(1));
      }
      assertThat(numbers(records)).containsExactly(7.0);
      assertThat(metric("p", "rejected-element")).isEqualTo(pushed);
    }
    assertThat(client.llen("q:rejected")).isEqualTo(pushed);
    // Takes seconds; if the numbers were computed, some would take hours.
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(4));
  }

  @Test
  void messagesOfEveryKind_areValuesOrRejected() {
    PubSubMessage.Parser parser = new PubSubMessage.Parser(new KeyMapper(List.of()), 16_000_000);
    List<String> bases =
        List.of(
            "{\"value\":%s}",
            "{\"channel_id\":%s,\"point_id\":1,\"value\":1}",
            "{\"channel_id\":1,\"point_id\":%s,\"value\":1}",
            "{\"channel_id\":1,\"point_id\":1,\"value\":1,\"timestamp\":%s}",
            "1:%s",
            "%s");
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      values.add(value());
    }
    values.addAll(List.of("1e400", "9".repeat(1_000_000), "[".repeat(100_000), "1e100000000"));
    for (String base : bases) {
      for (String value : values) {
        PubSubMessage message =
            parser.parse(
                Bytes.of("calc:result:1"),
                base.replace("%s", value).getBytes(StandardCharsets.UTF_8));
        if (message instanceof PubSubMessage.Value sample) {
          assertThat(sample.field()).doesNotContain("Infinity").doesNotContain("NaN");
          assertThat(sample.mapped().series().key()).doesNotContain("Infinity");
        } else {
          assertThat(message)
              .isInstanceOfAny(PubSubMessage.Rejection.class, PubSubMessage.Announcement.class);
        }
      }
    }
  }
}
