package com.voltageems.hissrv.query.http;

/** A parameter that cannot be used; the client is told which, and what would be right. */
final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String parameter;
  private final String value;
  private final String expected;

  BadRequestException(String parameter, String value, String expected) {
    super(parameter + ": \"" + value + "\" cannot be used: needs " + expected);
    this.parameter = parameter;
    this.value = value;
    this.expected = expected;
  }

  String parameter() {
    return parameter;
  }

  String value() {
    return value;
  }

  String expected() {
    return expected;
  }
}
