package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msgpack.jackson.dataformat.MessagePackFactory;

/** Both forms of an answer, whole and cut at every byte. */
class AnswerReaderTest {
  private static final String JSON = "application/json";
  private static final String FIRST =
      "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\",\"v\"],"
          + "\"values\":[[1,1.5],[2,null]],\"partial\":true}],\"partial\":true}]}";
  private static final String LAST =
      "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\",\"v\"],"
          + "\"values\":[[3,2.5]]}]}]}";

  private static byte[] packed(String... documents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ObjectMapper pack = new ObjectMapper(new MessagePackFactory());
    for (String document : documents) {
      out.write(pack.writeValueAsBytes(new ObjectMapper().readTree(document)));
    }
    return out.toByteArray();
  }

  private static int rows(byte[] body, String type) throws IOException {
    int[] rows = new int[1];
    String error =
        AnswerReader.read(
            new ByteArrayInputStream(body),
            type,
            (AnswerReader.Head head, @Nullable Object[] values) -> {
              assertThat(values[0]).isEqualTo(rows[0] + 1L);
              rows[0]++;
              return true;
            });
    assertThat(error).isNull();
    return rows[0];
  }

  @Test
  void answerInPieces_isReadWhole() throws IOException {
    assertThat(rows(packed(FIRST, LAST), AnswerReader.PACKED)).isEqualTo(3);
    assertThat(rows((FIRST + "\n" + LAST + "\n").getBytes(StandardCharsets.UTF_8), JSON))
        .isEqualTo(3);
  }

  /** No part may be taken for the whole, not even one that ends between two documents. */
  @Test
  void answerThatEndsEarly_isAFailure() throws IOException {
    byte[] text = (FIRST + "\n" + LAST).getBytes(StandardCharsets.UTF_8);
    for (List<Object> one :
        List.<List<Object>>of(
            List.of(packed(FIRST, LAST), AnswerReader.PACKED), List.of(text, JSON))) {
      byte[] whole = (byte[]) one.get(0);
      for (int length = 1; length < whole.length; length++) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> rows(part, (String) one.get(1)))
            .as("%s bytes of %s", length, one.get(1))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void refusals_areTold() throws IOException {
    byte[] two = "{\"code\":\"invalid\",\"message\":\"no\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(AnswerReader.read(new ByteArrayInputStream(two), JSON, (head, row) -> true))
        .isEqualTo("no");
    byte[] one = packed("{\"error\":\"bad\"}");
    assertThat(
            AnswerReader.read(
                new ByteArrayInputStream(one), AnswerReader.PACKED, (head, row) -> true))
        .isEqualTo("bad");
  }

  /** The status is 200 by then: what came before the error is not the answer. */
  @Test
  void errorBehindRows_isAFailureOfTheWhole() throws IOException {
    for (String failure :
        List.of(
            "{\"results\":[{\"statement_id\":0,\"error\":\"engine is closed\"}]}",
            "{\"error\":\"engine is closed\"}")) {
      for (byte[] body :
          List.of(
              packed(FIRST, failure),
              (FIRST + "\n" + failure + "\n").getBytes(StandardCharsets.UTF_8))) {
        int[] rows = new int[1];
        String type = body[0] == '{' ? JSON : AnswerReader.PACKED;
        assertThat(
                AnswerReader.read(
                    new ByteArrayInputStream(body),
                    type,
                    (head, row) -> {
                      rows[0]++;
                      return true;
                    }))
            .isEqualTo("engine is closed");
        assertThat(rows[0]).isEqualTo(2);
      }
    }
  }
}
