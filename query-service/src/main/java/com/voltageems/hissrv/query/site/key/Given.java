package com.voltageems.hissrv.query.site.key;

import com.voltageems.hissrv.query.site.yaml.Place;

/**
 * A checked value from the file.
 *
 * @param path the key, such as {@code influxdb.url}
 * @param raw as written in the file
 * @param text with variables replaced; for a secret and a Redis address the raw text, because
 *     another part decides who looks it up
 */
public record Given(String path, Place place, String raw, String text) {
  @Override
  public String toString() {
    return path + " at " + place;
  }
}
