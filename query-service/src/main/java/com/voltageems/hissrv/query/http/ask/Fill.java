package com.voltageems.hissrv.query.http.ask;

/**
 * The way to fill a window without a value.
 *
 * @param value the number for {@link Kind#VALUE}
 */
public record Fill(Kind kind, double value) {
  /** The ways to fill. */
  public enum Kind {
    /** The window has no row. */
    NONE,
    /** A row without a value. */
    NULL,
    /** The value of the window before. */
    PREVIOUS,
    /** A value on the line between the windows before and after. */
    LINEAR,
    /** A fixed number. */
    VALUE
  }

  static final Fill NONE = new Fill(Kind.NONE, 0);
  private static final String EXPECTED =
      "none, null, previous, linear or a number such as -1.5, of at most 15 digits before and"
          + " after the point";

  /** Returns whether the values filled in are numbers. */
  public boolean isNumber() {
    return kind == Kind.LINEAR || kind == Kind.VALUE;
  }

  static Fill of(String text) {
    return switch (text) {
      case "none" -> NONE;
      case "null" -> new Fill(Kind.NULL, 0);
      case "previous" -> new Fill(Kind.PREVIOUS, 0);
      case "linear" -> new Fill(Kind.LINEAR, 0);
      default -> new Fill(Kind.VALUE, number(text));
    };
  }

  private static double number(String text) {
    if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
      throw new BadRequestException("fill", text, EXPECTED);
    }
    return Double.parseDouble(text);
  }
}
