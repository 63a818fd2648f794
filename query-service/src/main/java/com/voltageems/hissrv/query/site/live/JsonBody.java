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

/** A request's body as an object of JSON, of which every member means something. Pure. */
final class JsonBody {
  /** A member that is there twice, or a second object, would be left out in silence. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBody() {}

  /** The object; a member with another name is refused. */
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

  /** A body that a call does not read would do nothing. */
  static void requireNone(Context context) {
    if (context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null) {
      throw new BadRequestException("body", "", "none, for this call has no body");
    }
  }
}
