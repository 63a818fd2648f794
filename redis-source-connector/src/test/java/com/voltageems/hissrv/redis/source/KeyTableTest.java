package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Field case S24: query-service reads the default mapping in the same way; both are tested with the
 * same table.
 */
class KeyTableTest {
  @ParameterizedTest
  @CsvFileSource(resources = "/redis-keys.csv", delimiter = ';')
  void key_hasTheSeriesOfTheTable(String key, String series) {
    assertThat(new KeyMapper(List.of()).map(key).series().key()).isEqualTo(series);
  }
}
