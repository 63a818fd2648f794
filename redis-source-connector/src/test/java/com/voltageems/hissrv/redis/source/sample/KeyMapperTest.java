package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyMapperTest {
  private static final KeyMapper DEFAULTS = new KeyMapper(List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "comsrv:1001:m | telemetry,channel=1001,type=m",
        "comsrv:1001:T | telemetry,channel=1001,type=T",
        "comsrv:4294967295:a | telemetry,channel=4294967295,type=a",
        "inst:1:M | inst,instance=1,type=M",
        "inst:1:A | inst,instance=1,type=A",
        "modsrv:power_calc:measurement | model_data,model=power_calc",
        "modsrv:power_calc:update | model_data,model=power_calc",
        "modsrv:power_calc:control | model_control,model=power_calc",
        "modsrv:a:b:measurement | model_data,model=a:b",
        "calc:result:7 | calc_result,id=7",
        "calc:result:a:b | calc_result,id=a:b",
        "archive:1m:1704067200:1001 | telemetry,channel=1001,interval=1m",
        "archive:5m:1704067200:1001:s | telemetry,channel=1001,interval=5m,type=s",
        "archive:5s:1704067200:inst:1:M | inst,instance=1,interval=5s,type=M",
        "archive:1m:1704067200:modsrv:power_calc | model_data,interval=1m,model=power_calc",
        "something:else | something,key=something:else",
        "no_colon | no_colon,key=no_colon",
        "a key,with=signs | a\\ key\\,with\\=signs,key=a\\ key\\,with\\=signs"
      })
  void key_withoutMapping(String key, String series) {
    assertThat(DEFAULTS.map(key).series().key()).isEqualTo(series);
  }

  @Test
  void mapping_fillsGroupsAndRenames() {
    KeyMapper mapper =
        new KeyMapper(
            List.of(
                new KeyMapper.Mapping(
                    "pv",
                    Pattern.compile("comsrv:(\\d+):([mT])(x)?"),
                    "pv_$2",
                    Map.of("channel", "c$1", "site", "west", "none", "$3"),
                    new FieldNames(Map.of("1", "voltage"), false))));
    KeyMapper.Mapped mapped = mapper.map("comsrv:7:m");
    assertThat(mapped.series().key()).isEqualTo("pv_m,channel=c7,site=west");
    assertThat(mapped.names().of("1")).isEqualTo("voltage");
    assertThat(mapped.names().of("2")).isNull();
    assertThat(mapper.map("comsrv:7:mm").series().measurement()).isEqualTo("telemetry");
  }

  @Test
  void patternThatBacktracks_isGivenUp() {
    KeyMapper mapper =
        new KeyMapper(
            List.of(
                new KeyMapper.Mapping(
                    "evil",
                    Pattern.compile("(.*)(.*)(.*)(.*)(.*)b"),
                    "m",
                    Map.of(),
                    FieldNames.AS_THEY_ARE)));
    assertThatThrownBy(() -> mapper.map("a".repeat(60)))
        .isInstanceOf(RegexTooSlowException.class)
        .hasMessage(
            "pattern (.*)(.*)(.*)(.*)(.*)b was given up on a text of 60 characters: it backtracks too much");
  }

  @Test
  void recursingPattern_isGivenUp() {
    assertThatThrownBy(() -> BoundedRegex.groups(Pattern.compile("(x|y)*z"), "xy".repeat(100_000)))
        .isInstanceOf(RegexTooSlowException.class);
  }

  @Test
  void seriesKey_lineBreakIsVisible() {
    assertThat(Series.of("m\n", Map.of("b", "2", "a", "\\")).key()).isEqualTo("m\\n,a=\\\\,b=2");
  }

  @Test
  void binaryKeys_stayDistinct() {
    String one = Bytes.text(new byte[] {'a', (byte) 0xff, 1});
    String two = Bytes.text(new byte[] {'a', (byte) 0xfe, 1});
    assertThat(one).isEqualTo("a\\xff\\x01").isNotEqualTo(two);
  }
}
