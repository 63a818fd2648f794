package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CoverageTest {
  @Test
  void ranges_thatTouch_areOne() {
    Coverage some = Coverage.NONE.plus(10, 20).plus(40, 50).plus(0, 5);

    assertThat(some.text()).isEqualTo("0..5,10..20,40..50");
    assertThat(some.plus(20, 40).text()).isEqualTo("0..5,10..50");
    assertThat(some.plus(3, 45).text()).isEqualTo("0..50");
    assertThat(some.plus(12, 14)).isEqualTo(some);
    assertThat(some.last()).isEqualTo(new Coverage.Range(40, 50));
  }

  @Test
  void parts_areCutOff() {
    Coverage some = Coverage.NONE.plus(10, 20).plus(40, 50);

    assertThat(some.from(15).text()).isEqualTo("15..20,40..50");
    assertThat(some.from(20).text()).isEqualTo("40..50");
    assertThat(some.until(45).text()).isEqualTo("10..20,40..45");
    assertThat(some.until(10).isEmpty()).isTrue();
  }

  @Test
  void others_areTakenAwayAndJoined() {
    Coverage some = Coverage.NONE.plus(10, 20).plus(40, 50);

    assertThat(some.minus(Coverage.NONE.plus(15, 45)).text()).isEqualTo("10..15,45..50");
    assertThat(some.minus(Coverage.NONE.plus(12, 14).plus(40, 60)).text())
        .isEqualTo("10..12,14..20");
    assertThat(some.minus(some).isEmpty()).isTrue();
    assertThat(some.plus(Coverage.NONE.plus(20, 40).plus(60, 70)).text())
        .isEqualTo("10..50,60..70");
  }

  @Test
  void what_isThere_isTold() {
    Coverage some = Coverage.NONE.plus(10, 20).plus(40, 50);

    assertThat(some.contains(10, 20)).isTrue();
    assertThat(some.contains(10, 21)).isFalse();
    assertThat(some.contains(20, 40)).isFalse();
    assertThat(some.endFrom(12)).isEqualTo(20);
    assertThat(some.endFrom(20)).isEqualTo(20);
    assertThat(some.endFrom(9)).isEqualTo(9);
  }

  @Test
  void text_isReadAgain() {
    Coverage some = Coverage.NONE.plus(-10, 20).plus(40, 50);

    assertThat(Coverage.parse(some.text())).isEqualTo(some);
    assertThat(Coverage.parse("")).isEqualTo(Coverage.NONE);
    assertThat(Coverage.parse("x,5..1,10..20")).isEqualTo(Coverage.NONE.plus(10, 20));
  }
}
