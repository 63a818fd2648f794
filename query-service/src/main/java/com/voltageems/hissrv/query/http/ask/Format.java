package com.voltageems.hissrv.query.http.ask;

/** Formats of an answer. */
public enum Format {
  JSON("application/json"),
  CSV("text/csv"),
  NDJSON("application/x-ndjson"),
  ARROW("application/vnd.apache.arrow.stream");

  private final String mediaType;

  Format(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }
}
