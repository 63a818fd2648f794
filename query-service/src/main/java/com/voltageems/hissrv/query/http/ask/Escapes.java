package com.voltageems.hissrv.query.http.ask;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the parameters of an address are properly escaped. The server would treat a value
 * that is not ({@code limit=%1}, {@code tag=50%}) as absent, and answer another question. Pure.
 */
public final class Escapes {
  private static final String EXPECTED =
      "UTF-8 with its percent signs escaped: % itself is %25, and ü is %C3%BC";

  private Escapes() {}

  /**
   * Checks each parameter.
   *
   * @param query the part of the address after the question mark, still escaped; null if absent
   */
  public static void check(@Nullable String query) {
    if (query == null || query.indexOf('%') < 0) {
      return;
    }
    for (String parameter : query.split("&", -1)) {
      if (!isEscaped(parameter)) {
        int equals = parameter.indexOf('=');
        throw new BadRequestException(
            equals < 0 ? parameter : parameter.substring(0, equals),
            equals < 0 ? "" : parameter.substring(equals + 1),
            EXPECTED);
      }
    }
  }

  private static boolean isEscaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return false;
        }
        bytes.write(high * 16 + low);
        i += 2;
      } else if (text.charAt(i) < 128) {
        bytes.write(text.charAt(i));
      }
    }
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
