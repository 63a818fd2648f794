package com.voltageems.hissrv.query.site.yaml;

/**
 * A problem in a file, worded for people.
 *
 * @param path the key, such as {@code mappings[0].tags[1].index}; empty for the file as a whole
 * @param message the value (never a secret), and what would be right
 */
public record Problem(Place place, String path, String message) {
  /**
   * Returns a line such as {@code hissrv.yml:3:5: influxdb.tokn: unknown key; did you mean
   * influxdb.token?}.
   */
  public String text(String file) {
    return file
        + ":"
        + place.line()
        + ":"
        + place.column()
        + ": "
        + (path.isEmpty() ? "" : path + ": ")
        + message;
  }
}
