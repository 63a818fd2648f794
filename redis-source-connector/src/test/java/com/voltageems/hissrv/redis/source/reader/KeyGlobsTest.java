package com.voltageems.hissrv.redis.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyGlobsTest {
  @ParameterizedTest
  @CsvSource({
    "comsrv:*, comsrv:1001:*, true",
    "comsrv:*, inst:*, false",
    "*, comsrv:1:m, true",
    "*:m, comsrv:*, true",
    "comsrv:?:m, comsrv:10:m, false",
    "comsrv:?:m, comsrv:1:*, true",
    "comsrv:[0-4]*, comsrv:[5-9]*, false",
    "comsrv:[0-5]*, comsrv:[5-9]*, true",
    "comsrv:[^0-5]*, comsrv:3*, false",
    "comsrv:[9-0]x, comsrv:5x, true",
    "a\\*, a*, true",
    "a\\*, ab*, false",
    "a*b*c, *x*, true",
    "'', *, true",
    "'', ?, false",
    "events, events, true",
    "5m, 1m, false",
  })
  void overlap_asRedisMatches(String one, String other, boolean overlap) {
    assertThat(KeyGlobs.overlap(one, other)).isEqualTo(overlap);
    assertThat(KeyGlobs.overlap(other, one)).isEqualTo(overlap);
  }
}
