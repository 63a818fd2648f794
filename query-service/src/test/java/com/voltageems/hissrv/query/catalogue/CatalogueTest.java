package com.voltageems.hissrv.query.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
  private static Catalogue read(String... pairs) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      texts.put(pairs[i], pairs[i + 1]);
    }
    return CatalogueSettings.read(texts, ZoneOffset.UTC);
  }

  @Test
  void everyPart_arrives() {
    Catalogue catalogue =
        read(
            "http.port", "1",
            "site.name.zh", "港区站",
            "site.timezone", "Asia/Shanghai",
            "site.channels.1001.name", "Grid meter",
            "site.channels.1001.points.a.b.name.en", "Breaker",
            "site.channels.1001.points.a.b.kind", "State",
            "site.channels.1001.points.a.b.states.-1.5.en", "lost",
            "site.channels.1001.points.1.unit", "V",
            "site.channels.1001.points.1.decimals", "2");

    assertThat(catalogue.site().in("en")).isEqualTo("港区站");
    assertThat(catalogue.zone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
    assertThat(catalogue.deviceName("1001", "zh")).isEqualTo("Grid meter");
    PointInfo breaker = catalogue.point("1001", "a.b").orElseThrow();
    assertThat(breaker.kind()).isEqualTo(PointInfo.Kind.STATE);
    assertThat(breaker.states().get("-1.5")).isEqualTo(Label.NONE.with("en", "lost"));
    assertThat(breaker.title("en", "a.b")).isEqualTo("Breaker");
    PointInfo voltage = catalogue.point("1001", "1").orElseThrow();
    assertThat(voltage.decimals()).isEqualTo(2);
    assertThat(voltage.title("en", "1")).isEqualTo("1 (V)");
  }

  @Test
  void exactEntries_comeBeforePatterns_andPatternsInTheirOrder() {
    Catalogue catalogue =
        read(
            "site.channels.*.points.*.unit", "any",
            "site.channels.*.name", "any",
            "site.channels.10*.points.1*.unit", "ten",
            "site.channels.1001.points.*.unit", "star",
            "site.channels.1001.points.7.unit", "seven");

    assertThat(catalogue.point("1001", "7").orElseThrow().unit()).isEqualTo("seven");
    assertThat(catalogue.point("1001", "11").orElseThrow().unit()).isEqualTo("star");
    assertThat(catalogue.point("1002", "11").orElseThrow().unit()).isEqualTo("any");
    assertThat(catalogue.deviceName("1001", "en")).isEqualTo("any");
    // What stands between the stars is taken literally.
    assertThat(read("site.channels.1.1.points.1.unit", "V").point("1x1", "1")).isEmpty();
  }

  @Test
  void statistic_isNamedAfterItsPoint() {
    Catalogue catalogue =
        read(
            "site.channels.1001.points.1.name", "Voltage", "site.channels.1001.points.1.unit", "V");

    assertThat(catalogue.point("1001", "1_avg").orElseThrow().title("en", "1_avg"))
        .isEqualTo("Voltage avg (V)");
    assertThat(catalogue.point("1001", "1_count").orElseThrow().title("en", "1_count"))
        .isEqualTo("Voltage count");
    assertThat(catalogue.point("1001", "2_avg")).isEmpty();
  }

  @Test
  void device_isToldByItsTags() {
    Catalogue site = read();
    assertThat(site.deviceOf("telemetry", Map.of("channel", "1001", "id", "7"))).isEqualTo("1001");
    assertThat(site.deviceOf("inst", Map.of("instance", "1", "type", "M"))).isEqualTo("instance:1");
    assertThat(site.deviceOf("model_data", Map.of("model", "m"))).isEqualTo("model:m");
    assertThat(site.deviceOf("calc_result", Map.of("id", "m"))).isEqualTo("id:m");
    assertThat(site.deviceOf("pv", Map.of("device", "pv-7", "state", "x")))
        .isEqualTo("device:pv-7");
    assertThat(site.deviceOf("weather", Map.of("town", "x"))).isEqualTo("weather");
  }

  @Test
  void device_isToldByTheSitesOwnTags_beforeTheUsualOnes() {
    Catalogue site = read("site.device_tags", "town, meter");

    assertThat(site.deviceOf("weather", Map.of("town", "x", "meter", "1", "id", "2")))
        .isEqualTo("town:x");
    assertThat(site.deviceOf("weather", Map.of("meter", "1", "id", "2"))).isEqualTo("meter:1");
    assertThat(site.deviceOf("inst", Map.of("instance", "1"))).isEqualTo("instance:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "site.timezone; Mars; site.timezone: \"Mars\" cannot be used: needs a time zone such as"
            + " Asia/Shanghai or +08:00",
        "site.channels.1.points.1.decimals; 10; site.channels.1.points.1.decimals: \"10\" cannot"
            + " be used: needs a number from 0 to 9",
        "site.channels.1.points.1.kind; on; site.channels.1.points.1.kind: \"on\" cannot be used:"
            + " needs gauge, counter or state",
        "site.device_tags; a,,b; site.device_tags: \"a,,b\" cannot be used: needs names of tags,"
            + " such as [meter, inverter]",
      })
  void badValue_isNamedWithItsRemedy(String key, String value, String message) {
    assertThatThrownBy(() -> read(key, value)).hasMessage(message);
  }

  @Test
  void unknownKey_isToldWithTheKnownOnes() {
    assertThatThrownBy(() -> read("site.channels.1001.points.1.nam", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "site.channels.1001.points.1.nam: unknown setting; needs site.name");
  }
}
