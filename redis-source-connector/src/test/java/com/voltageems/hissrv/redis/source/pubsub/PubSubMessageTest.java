package com.voltageems.hissrv.redis.source.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PubSubMessageTest {
  private final PubSubMessage.Parser parser =
      new PubSubMessage.Parser(new KeyMapper(List.of()), 1000);

  private PubSubMessage parse(String channel, String payload) {
    return parser.parse(Bytes.of(channel), Bytes.of(payload));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "comsrv:1001:m; 10001:25.123456; telemetry,channel=1001,type=m; 10001; 25.123456; 0",
        "comsrv:1001:m; 10001:25.5:1642592400000; telemetry,channel=1001,type=m; 10001; 25.5;"
            + " 1642592400000",
        "point:update:10001; 25.6; point; 10001; 25.6; 0",
        "point:update; {\"channel_id\":1001,\"point_type\":\"m\",\"point_id\":10001,\"value\":23.45,"
            + "\"timestamp\":1642592400000,\"quality\":\"good\"}; telemetry,channel=1001,type=m;"
            + " 10001; 23.45; 1642592400000",
        "modsrv:pv:update; total_power:1200.5:1642592400; model_data,model=pv; total_power; 1200.5;"
            + " 1642592400000",
        "modsrv:pv:update; total_power:1200.5; model_data,model=pv; total_power; 1200.5; 0",
        "calc:result:7; {\"value\":3.5,\"timestamp\":1642592400}; calc_result,id=7; value; 3.5;"
            + " 1642592400000",
        "calc:result:7; 3.5; calc_result,id=7; value; 3.5; 0"
      })
  void example_isAValue(
      String channel, String payload, String series, String field, double number, long time) {
    PubSubMessage message = parse(channel, payload);
    assertThat(message).isInstanceOf(PubSubMessage.Value.class);
    PubSubMessage.Value value = (PubSubMessage.Value) message;
    assertThat(value.mapped().series().key()).isEqualTo(series);
    assertThat(value.field()).isEqualTo(field);
    assertThat(value.value().number()).isEqualTo(number);
    assertThat(value.value().epochMillis()).isEqualTo(time == 0 ? ValueText.NO_TIME : time);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "alarms; high_temp:critical; NO_SAMPLE",
        "alarms; hello; NO_SAMPLE",
        "alarms; ''; NO_SAMPLE",
        "calc:result:7; {\"value\":; NO_JSON",
        "calc:result:7; {\"other\":1}; NO_SAMPLE",
        "__keyspace@0__:comsrv:1:m; expire; OTHER_EVENT",
        "__keyspace@0__:; hset; OTHER_EVENT",
        "__keyevent@0__:hset; inst:1; OTHER_EVENT",
        "__keyevent@0__:set; x:1.5; OTHER_EVENT",
        "__other; 7:1.5; OTHER_EVENT",
        "__keyspace@0__:comsrv:1:m:ts; hset; COMPANION"
      })
  void otherText_isCounted(String channel, String payload, RejectReason reason) {
    assertThat(parse(channel, payload)).isEqualTo(new PubSubMessage.Rejection(reason));
  }

  @Test
  void announcement_namesTheHash() {
    assertThat(parse("comsrv:1:m", "updated:12"))
        .isEqualTo(new PubSubMessage.Announcement(Bytes.of("comsrv:1:m")));
    assertThat(parse("__keyspace@0__:comsrv:1:m", "hset"))
        .isEqualTo(new PubSubMessage.Announcement(Bytes.of("comsrv:1:m")));
    assertThat(parse("modsrv:pv:update", "updated:12"))
        .isEqualTo(new PubSubMessage.Announcement(Bytes.of("modsrv:pv:measurement")));
    assertThat(parse("modsrv:pv:measurement", "updated:12"))
        .isEqualTo(new PubSubMessage.Announcement(Bytes.of("modsrv:pv:measurement")));
  }

  @Test
  void announcement_ofABinaryKey_hasItsBytes() {
    byte[] key = {'a', ':', (byte) 0xff, 0, '\\', '_', '_', ':', 'b'};
    byte[] channel = Bytes.concat(Bytes.of("__keyspace@12__:"), key);
    assertThat(parser.parse(channel, Bytes.of("hset")))
        .isEqualTo(new PubSubMessage.Announcement(key));
    byte[] umlaut = Bytes.of("comsrv:\u00e4:m");
    assertThat(parser.parse(Bytes.concat(Bytes.of("__keyspace@0__:"), umlaut), Bytes.of("hset")))
        .isEqualTo(new PubSubMessage.Announcement(umlaut));
  }

  @Test
  void longKey_isRejected() {
    PubSubMessage.Rejection rejection = new PubSubMessage.Rejection(RejectReason.KEY);
    String longest = "c".repeat(KeyMapper.MAX_KEY);
    assertThat(parse(longest, "7:1.5")).isInstanceOf(PubSubMessage.Value.class);
    assertThat(parse(longest + "c", "7:1.5")).isEqualTo(rejection);
    assertThat(parse(longest + "c", "updated:1")).isEqualTo(rejection);
    assertThat(parse("__keyspace@0__:" + longest, "hset"))
        .isInstanceOf(PubSubMessage.Announcement.class);
    assertThat(parse("__keyspace@0__:" + longest + "c", "hset")).isEqualTo(rejection);
    assertThat(
            new PubSubMessage.Parser(new KeyMapper(List.of()), 10_000)
                .parse(
                    Bytes.of("point:update"),
                    Bytes.of(
                        "{\"channel_id\":\"" + longest + "\",\"point_id\":1,\"value\":23.45}")))
        .isEqualTo(rejection);
  }

  @Test
  void longMessage_isRejected() {
    assertThat(parse("comsrv:1:m", "x".repeat(1001)))
        .isEqualTo(new PubSubMessage.Rejection(RejectReason.TOO_LONG));
  }

  @Test
  void keyPatterns_ofChannelPatterns() {
    assertThat(
            PubSubReader.keyPatterns(
                List.of("comsrv:*", "point:update:*", "__keyspace@0__:comsrv:*:m", "comsrv:*")))
        .containsExactly("comsrv:*", "comsrv:*:m");
    assertThat(PubSubReader.keyPatterns(List.of("modsrv:*:update", "modsrv:pv:*", "a:update")))
        .containsExactly("modsrv:*:measurement", "modsrv:pv:*", "a:update");
  }
}
