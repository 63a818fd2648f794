package com.voltageems.hissrv.query.site.live;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** Reads a request's body as a JSON object in which every member is known. Pure. */
final class JsonBody {
  /**
   * Refuses a duplicate member and a second object, which would otherwise be ignored in silence.
   */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBody() {}

  /** Returns the object; refuses a member that is not one of {@code members}. */
  static JsonNode of(Context context, String... members) {
    String expected = "a JSON object of " + String.join(", ", members);
    JsonNode body;
    try {
      body = JSON.readTree(context.bodyAsBytes());
    } catch (JsonProcessingException e) {
      throw new BadRequestException("body", "", expected + place(e.getLocation()));
    } catch (IOException e) {
      throw new BadRequestException("body", "", expected + " in UTF-8");
    }
    if (!body.isObject()) {
      throw new BadRequestException("body", "", expected);
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!List.of(members).contains(name)) {
        throw new BadRequestException(
            name, body.path(name).asText(), "no member but " + String.join(", ", members));
      }
    }
    return body;
  }

  private static String place(JsonLocation at) {
    return at == null
        ? ""
        : "; what is wrong is at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** Refuses a body for a call that does not read one: it would have no effect. */
  static void requireNone(Context context) {
    if (context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null) {
      throw new BadRequestException("body", "", "none, for this call has no body");
    }
  }
}
