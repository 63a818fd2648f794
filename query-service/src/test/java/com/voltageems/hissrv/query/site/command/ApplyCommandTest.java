package com.voltageems.hissrv.query.site.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ApplyCommandTest {
  private final ApplyCommand.Patience patience = new ApplyCommand.Patience();

  @Test
  void timeout_hasAUnit_orIsInSeconds() {
    assertThat(patience.convert("15s")).isEqualTo(Duration.ofSeconds(15));
    assertThat(patience.convert("2m")).isEqualTo(Duration.ofMinutes(2));
    assertThat(patience.convert("90")).isEqualTo(Duration.ofSeconds(90));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "soon", "2d", "-5", "999999999", "1 m"})
  void timeout_thatIsNone_isRefused(String text) {
    assertThatThrownBy(() -> patience.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'%s' is not a time from 1s to 1d, such as 90s or 2m", text);
  }
}
