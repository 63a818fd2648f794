package com.voltageems.hissrv.redis.source.sample;

/** Why an element of a pending list is not a sample; the reason is written to the rejected list. */
public enum ElementFault {
  TOO_LONG("longer than value.max.bytes"),
  NOT_JSON("not JSON"),
  NOT_UTF8("not JSON: not UTF-8"),
  NOT_AN_OBJECT("not a JSON object"),
  NO_MEASUREMENT("measurement is missing, or not a text"),
  TAGS_NOT_AN_OBJECT("tags is not an object"),
  TAG_NOT_A_SCALAR("a tag's value is an object or a list"),
  TAG_NOT_FINITE("a tag's value is not a finite number"),
  BAD_TIMESTAMP("timestamp is not an epoch time"),
  FIELDS_NOT_AN_OBJECT("fields is missing, or not an object"),
  FIELD_NOT_A_SCALAR("a field's value is an object or a list"),
  NO_FIELD("no field with a value");

  private final String text;

  ElementFault(String text) {
    this.text = text;
  }

  /** Returns the reason for people, without the element's content. */
  public String text() {
    return text;
  }
}
