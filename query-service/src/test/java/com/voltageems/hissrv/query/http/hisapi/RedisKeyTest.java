package com.voltageems.hissrv.query.http.hisapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Field case S24: one rule for keys, written down once for the source connector and for us. */
class RedisKeyTest {
  @ParameterizedTest
  @CsvFileSource(resources = "/redis-keys.csv", delimiter = ';')
  void key_isReadFromWhereTheSourceStoresIt(String key, String series) {
    RedisKey mapped = RedisKey.parse(key).orElseThrow();
    StringBuilder text = new StringBuilder(mapped.measurement());
    new TreeMap<>(mapped.tags())
        .forEach((tag, value) -> text.append(',').append(tag).append('=').append(value));
    assertThat(text).hasToString(series);
  }
}
