package com.voltageems.hissrv.query.http.ask;

/** A parameter that cannot be used. The client learns which one, and what would be right. */
public final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String parameter;
  private final String value;
  private final String expected;

  public BadRequestException(String parameter, String value, String expected) {
    super(parameter + ": \"" + value + "\" cannot be used: needs " + expected);
    this.parameter = parameter;
    this.value = value;
    this.expected = expected;
  }

  public String parameter() {
    return parameter;
  }

  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }
}
