package com.voltageems.hissrv.query.http.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.store.Field.Kind;
import com.voltageems.hissrv.query.store.Row;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is written, as Arrow's own reader reads it. */
class ArrowFileTest {
  private static final RowFile.Columns COLUMNS =
      new RowFile.Columns(
          List.of("channel", "type"),
          List.of("a", "unused", "n", "on", "text", "mixed"),
          List.of(0, 2, 3, 4, 5),
          List.of("a", "n", "on", "text", "mixed"),
          List.of(Kind.NUMBER, Kind.NUMBER, Kind.INTEGER, Kind.FLAG, Kind.TEXT, Kind.MIXED),
          TimeForm.ISO);

  private static byte[] written(int rows, Row row) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RowFile file = RowFile.of(Format.ARROW, COLUMNS, out)) {
      for (int i = 0; i < rows; i++) {
        file.row(row);
      }
      file.end();
    }
    return out.toByteArray();
  }

  private static List<List<@Nullable Object>> read(byte[] bytes) throws IOException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (RootAllocator memory = new RootAllocator();
        ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), memory)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      rows.add(
          new ArrayList<>(
              root.getSchema().getFields().stream()
                  .map(field -> field.getName() + " " + field.getType())
                  .toList()));
      while (reader.loadNextBatch()) {
        for (int i = 0; i < root.getRowCount(); i++) {
          List<@Nullable Object> row = new ArrayList<>();
          for (FieldVector vector : root.getFieldVectors()) {
            Object value = vector.getObject(i);
            row.add(value instanceof org.apache.arrow.vector.util.Text ? value.toString() : value);
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  @Test
  void row_hasItsTypesAndNulls() throws IOException {
    Row row = new Row(6).begin(1_755_770_400_000_123L, List.of("1001", ""));
    row.setNumber(0, 220.5);
    row.set(2, 9_007_199_254_740_993L);
    row.set(3, true);
    row.set(4, "电压");

    assertThat(read(written(1, row)))
        .containsExactly(
            List.of(
                "time Timestamp(MICROSECOND, UTC)",
                "channel Utf8",
                "type Utf8",
                "a FloatingPoint(DOUBLE)",
                "n Int(64, true)",
                "on Bool",
                "text Utf8",
                "mixed Utf8"),
            Arrays.asList(
                1_755_770_400_000_123L,
                "1001",
                null,
                220.5,
                9_007_199_254_740_993L,
                true,
                "电压",
                null));
  }

  /** Nothing of a batch is left in the next one. */
  @Test
  void manyRows_comeInBatches() throws IOException {
    Row row = new Row(6).begin(1, List.of("x", "y"));
    row.set(5, 1.5);
    List<List<@Nullable Object>> rows = read(written(12_001, row));
    assertThat(rows).hasSize(12_002);
    assertThat(rows.get(12_001).get(7)).isEqualTo("1.5");
    assertThat(IntStream.rangeClosed(1, 12_001).mapToObj(i -> rows.get(i).get(3)))
        .allMatch(value -> value == null);
  }

  @Test
  void noRows_areASchema() throws IOException {
    assertThat(read(written(0, new Row(6)))).hasSize(1);
  }
}
