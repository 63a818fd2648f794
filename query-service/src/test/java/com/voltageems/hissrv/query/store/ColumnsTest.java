package com.voltageems.hissrv.query.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {
  private static final List<String> KEY = List.of("a");

  @Test
  void rows_comeBackAsTheyWere_alsoAfterItGrew() {
    Columns columns = new Columns(4, 2, 10);
    Row row = new Row(4);
    for (int i = 0; i < 10; i++) {
      row.begin(i, KEY);
      row.setNumber(0, i + 0.5);
      row.set(1, i % 2 == 0 ? null : (long) i);
      row.set(2, i == 7 ? "seven" : i == 8 ? (Object) 8.0 : null);
      columns.add(row);
    }

    assertThat(columns.size()).isEqualTo(10);
    Row back = new Row(4);
    for (int i = 0; i < 10; i++) {
      columns.fill(i, KEY, back);
      assertThat(back.epochMicros()).isEqualTo(i);
      assertThat(back.key()).isEqualTo(KEY);
      assertThat(back.value(0)).isEqualTo(i + 0.5).isEqualTo(columns.value(i, 0));
      assertThat(back.value(1)).isEqualTo(i % 2 == 0 ? null : (Object) (long) i);
      assertThat(back.value(2))
          .isEqualTo(i == 7 ? "seven" : i == 8 ? (Object) 8.0 : null)
          .isEqualTo(columns.value(i, 2));
      assertThat(back.has(3)).isFalse();
    }
    BitSet used = new BitSet();
    used.set(0, 3);
    assertThat(columns.used()).isEqualTo(used);
  }
}
