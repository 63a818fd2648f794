package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.store.Field.Kind;
import com.voltageems.hissrv.query.store.Row;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Arrow's IPC stream: {@code time} (microseconds, UTC), the tags (texts, null if the tag is
 * absent), the fields (doubles, 64-bit integers, booleans or texts; a field of mixed values as
 * texts).
 */
final class ArrowFile implements RowFile {
  private static final int BATCH = 5000;

  /** Far more than a batch needs; a text may be long. */
  private static final long MOST_BYTES = 256L << 20;

  private final BufferAllocator memory = new RootAllocator(MOST_BYTES);
  private final VectorSchemaRoot root;
  private final ArrowStreamWriter writer;
  private final TimeStampMicroTZVector times;
  private final List<VarCharVector> tags = new ArrayList<>();
  private final List<Integer> shown;
  private final List<Column> columns = new ArrayList<>();
  private int rows;

  /** Takes the values of one field. */
  private interface Column {
    void set(int at, Row row);
  }

  ArrowFile(Columns asked, OutputStream out) {
    this.shown = asked.shown();
    List<Field> fields = new ArrayList<>();
    fields.add(field("time", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"), false));
    asked.tags().forEach(tag -> fields.add(field(tag, ArrowType.Utf8.INSTANCE, true)));
    for (int i = 0; i < shown.size(); i++) {
      ArrowType type = type(asked.kinds().get(shown.get(i)));
      fields.add(field(asked.titles().get(i), type, true));
    }
    this.root = VectorSchemaRoot.create(new Schema(fields), memory);
    this.times = (TimeStampMicroTZVector) root.getVector(0);
    int at = 1;
    for (int i = 0; i < asked.tags().size(); i++) {
      tags.add((VarCharVector) root.getVector(at++));
    }
    for (int column : shown) {
      columns.add(column(asked.kinds().get(column), column, root.getVector(at++)));
    }
    // The stream begins with the first batch, or with its end if there is none.
    this.writer = new ArrowStreamWriter(root, null, Channels.newChannel(open(out)));
  }

  /** Returns whether this JVM lets Arrow use its memory. */
  static boolean isPossible() {
    return ByteBuffer.class.getModule().isOpen("java.nio", BufferAllocator.class.getModule());
  }

  private static Field field(String name, ArrowType type, boolean nullable) {
    return new Field(name, new FieldType(nullable, type, null), null);
  }

  private static ArrowType type(Kind kind) {
    return switch (kind) {
      case NUMBER -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case INTEGER -> new ArrowType.Int(64, true);
      case FLAG -> ArrowType.Bool.INSTANCE;
      case TEXT, MIXED -> ArrowType.Utf8.INSTANCE;
    };
  }

  private static Column column(Kind kind, int column, FieldVector vector) {
    return switch (kind) {
      case NUMBER -> {
        Float8Vector numbers = (Float8Vector) vector;
        yield (at, row) -> numbers.setSafe(at, row.asDouble(column));
      }
      case INTEGER -> {
        BigIntVector numbers = (BigIntVector) vector;
        yield (at, row) ->
            numbers.setSafe(
                at, row.other(column) instanceof Long n ? n : (long) row.number(column));
      }
      case FLAG -> {
        BitVector flags = (BitVector) vector;
        yield (at, row) -> {
          if (!(row.other(column) instanceof Boolean flag)) {
            throw new IllegalStateException("no flag: " + row.value(column));
          }
          flags.setSafe(at, flag ? 1 : 0);
        };
      }
      case TEXT, MIXED -> {
        VarCharVector texts = (VarCharVector) vector;
        yield (at, row) -> texts.setSafe(at, bytes(String.valueOf(row.value(column))));
      }
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Wraps our stream so that it stays open when the writer closes it. */
  private static OutputStream open(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() {
        // The caller closes the stream.
      }
    };
  }

  @Override
  public void row(Row row) throws IOException {
    times.setSafe(rows, row.epochMicros());
    for (int i = 0; i < tags.size(); i++) {
      String value = row.key().get(i);
      if (!value.isEmpty()) {
        tags.get(i).setSafe(rows, bytes(value));
      }
    }
    for (int i = 0; i < columns.size(); i++) {
      // A vector's value is null until it is set.
      if (row.has(shown.get(i))) {
        columns.get(i).set(rows, row);
      }
    }
    if (++rows == BATCH) {
      batch();
    }
  }

  private void batch() throws IOException {
    root.setRowCount(rows);
    writer.writeBatch();
    root.clear();
    rows = 0;
  }

  @Override
  public void end() throws IOException {
    if (rows > 0) {
      batch();
    }
    writer.end();
  }

  @Override
  public void close() {
    // The writer is not closed: closing would end an incomplete stream as if it were whole. The
    // writer holds no resources.
    root.close();
    memory.close();
  }
}
