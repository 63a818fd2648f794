package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineTextTest {
  private static final TierRows ROWS =
      new TierRows(
          "a, b",
          List.of("t=1", "u"),
          List.of(
              new Field("n 1", Field.Kind.NUMBER),
              new Field("c", Field.Kind.INTEGER),
              new Field("s", Field.Kind.TEXT),
              new Field("f", Field.Kind.FLAG)),
          List.of());

  private static String line(List<String> key, @Nullable Object... values) {
    TierRow row = new TierRow(1_700_000_000_000L, key, Arrays.asList(values));
    return LineText.of(ROWS, List.of(row));
  }

  @Test
  void namesAndValues_areEscaped() {
    assertThat(line(List.of("x y", ""), 1e15, 7L, "say \"\\\"", true))
        .isEqualTo(
            "a\\,\\ b,t\\=1=x\\ y n\\ 1=1.0E15,c=7i,s=\"say \\\"\\\\\\\"\",f=true"
                + " 1700000000000\n");
  }

  @Test
  void valuesThatAreNotThere_areLeftOut() {
    assertThat(line(List.of("", "v"), null, 7L, null, null))
        .isEqualTo("a\\,\\ b,u=v c=7i 1700000000000\n");
    assertThat(line(List.of("", "v"), null, null, null, null)).isEmpty();
  }
}
