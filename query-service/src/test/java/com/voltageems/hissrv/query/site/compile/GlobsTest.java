package com.voltageems.hissrv.query.site.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "comsrv:(\\d+):m; comsrv:*:m",
        "modsrv:([^:]+):measurement; modsrv:*:measurement",
        "^inst:[0-9]:M$; inst:?:M",
        "a\\.b:(?:x|y):.*; a.b:*:*",
        "a+b; *b",
        "plc:\\w{2,4}:v; plc:*:v",
        "a\\*b; a\\*b",
      })
  void ofRegex_findsAtLeastWhatItMatches(String regex, String glob) {
    assertThat(Globs.ofRegex(regex)).containsExactly(glob);
  }

  @Test
  void ofRegex_isOneForEachAlternative() {
    assertThat(Globs.ofRegex("a:(\\d|x)|b:[|]")).isEqualTo(List.of("a:*", "b:?"));
  }

  @ParameterizedTest
  @CsvSource({
    "comsrv:*, comsrv:*:m, true",
    "comsrv:*:m, comsrv:*:m, true",
    "comsrv:*:m, comsrv:*, false",
    "inst:?:M, inst:*:M, false",
    "modsrv:*, comsrv:*, false",
  })
  void covers_isTrueOnlyForWhatIsReadAnyway(String glob, String other, boolean covers) {
    assertThat(Globs.covers(glob, other)).isEqualTo(covers);
  }
}
