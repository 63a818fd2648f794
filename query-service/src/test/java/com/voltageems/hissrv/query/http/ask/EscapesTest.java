package com.voltageems.hissrv.query.http.ask;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EscapesTest {
  @Test
  void whatIsEscaped_isTaken() {
    assertThatCode(() -> Escapes.check(null)).doesNotThrowAnyException();
    for (String query :
        List.of("", "a", "a=1+2&b", "a=%25&%41=%7e", "zone=n%C3%BC%E5%8C%97", "a=%F0%9F%98%80")) {
      assertThatCode(() -> Escapes.check(query)).as(query).doesNotThrowAnyException();
    }
  }

  @Test
  void whatIsNot_isNamed() {
    for (String value : List.of("50%", "%", "%Z1", "%1", "%+1", "a%2", "%ff", "%C3", "%ED%A0%80")) {
      assertThatThrownBy(() -> Escapes.check("range=1h&ch=" + value + "&limit=5"))
          .isInstanceOf(BadRequestException.class)
          .hasMessageStartingWith("ch: \"" + value + "\" cannot be used: needs UTF-8")
          .hasMessageContaining("%25");
    }
    assertThatThrownBy(() -> Escapes.check("%ZZ=1")).hasMessageStartingWith("%ZZ: \"1\"");
    assertThatThrownBy(() -> Escapes.check("a%")).hasMessageStartingWith("a%: ");
  }
}
