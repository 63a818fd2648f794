package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleFilterTest {
  private static final Sample SAMPLE =
      new Sample(
          Series.of("m", Map.of("channel", "1001", "type", "m")),
          Map.of("u", 220.5, "i", 3.0),
          Map.of("mode", "auto"),
          1);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "channel eq 1001; true",
        "channel ne 1001; false",
        "channel in 1000|1001; true",
        "channel in 1000 | 1002; false",
        "channel gt 1000; true",
        "channel le 1000; false",
        "type matches [mT]; true",
        "type matches [st]; false",
        "other eq 3; true"
      })
  void tag_decidesOverTheSample(String expression, boolean passes) {
    assertThat(SampleFilter.parse(List.of(expression)).apply(SAMPLE) != null).isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "u ge 220.5; true",
        "u gt 220.5; false",
        "u lt 221; true",
        "u in 1|220.5; true",
        "u eq 220.50; true",
        "u ne 220.5; false"
      })
  void field_decidesOverTheField(String expression, boolean stays) {
    Sample passed = SampleFilter.parse(List.of(expression)).apply(SAMPLE);
    Objects.requireNonNull(passed);
    assertThat(passed.fields().containsKey("u")).isEqualTo(stays);
    assertThat(passed.fields()).containsKey("i");
  }

  @Test
  void nothingLeft_isNoSample() {
    assertThat(SampleFilter.parse(List.of("u lt 0", "i lt 0", "mode eq manual")).apply(SAMPLE))
        .isNull();
  }

  @Test
  void mistake_isTold() {
    assertThatThrownBy(() -> SampleFilter.parse(List.of("u about 3")))
        .hasMessage("unknown operator about; valid: eq, ne, gt, ge, lt, le, in, matches");
    assertThatThrownBy(() -> SampleFilter.parse(List.of("u gt")))
        .hasMessage("not name, operator and value");
    assertThatThrownBy(() -> SampleFilter.parse(List.of("u gt x")))
        .hasMessage("the value after gt is not a number");
    assertThatThrownBy(() -> SampleFilter.parse(List.of("u matches (")))
        .hasMessageStartingWith("not a pattern");
  }

  /** A misspelt name lets everything through. */
  @Test
  void nameThatNoSampleHas_isCounted_untilOneComes() {
    List<String> warnings = new ArrayList<>();
    SampleFilter filter =
        SampleFilter.parse(List.of("chanel eq 1", "channel eq 1", "v gt 0")).telling(warnings::add);
    Sample usual =
        new Sample(Series.of("m", Map.of("channel", "1")), Map.of("v", 1.0), Map.of(), 0, 0);
    for (int i = 1; i < SampleFilter.ENOUGH; i++) {
      assertThat(filter.apply(usual)).isEqualTo(usual);
    }
    assertThat(filter.unseen()).isZero();
    assertThat(filter.apply(usual)).isEqualTo(usual);
    assertThat(filter.unseen()).isEqualTo(1);
    filter.apply(usual);
    assertThat(warnings)
        .containsExactly(
            "of the first 100 samples none has a tag or a field chanel, so that a condition on it"
                + " decides nothing; the last has the tags [channel] and the fields [v]");
    filter.apply(new Sample(Series.of("m", Map.of()), Map.of(), Map.of("chanel", "x"), 0, 0));
    assertThat(filter.unseen()).isZero();
  }
}
