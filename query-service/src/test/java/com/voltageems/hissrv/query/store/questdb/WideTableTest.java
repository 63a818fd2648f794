package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Field;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WideTableTest {
  private static List<Field> fields(int count, String name) {
    return IntStream.range(0, count).mapToObj(i -> new Field(name + i, Field.Kind.NUMBER)).toList();
  }

  private static List<Integer> sizes(List<List<Field>> parts) {
    return parts.stream().map(List::size).toList();
  }

  @Test
  void parts_haveAtMostSoMany() {
    assertThat(sizes(WideTable.parts(fields(900, "p"), 900, field -> field))).containsExactly(900);
    assertThat(sizes(WideTable.parts(fields(1801, "p"), 900, field -> field)))
        .containsExactly(900, 900, 1);
    assertThat(sizes(WideTable.parts(List.of(), 900, field -> field))).containsExactly(0);
  }

  /** A statement has each name several times, and may not be longer than a megabyte. */
  @Test
  void parts_ofLongNames_areShorter_andLoseNone() {
    List<Field> fields = fields(2200, "电".repeat(79));
    List<List<Field>> parts = WideTable.parts(fields, 1000, field -> field);
    assertThat(parts).hasSize(6);
    assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(fields);
    List<Field> huge = fields(2, "x".repeat(200_000));
    assertThat(sizes(WideTable.parts(huge, 1000, field -> field))).containsExactly(1, 1);
  }
}
