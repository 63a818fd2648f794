package com.voltageems.hissrv.query.site.key;

import com.voltageems.hissrv.query.site.yaml.Place;

/**
 * A value that stands in the file, checked.
 *
 * @param path the key, such as {@code influxdb.url}
 * @param raw as it stands there
 * @param text with variables replaced; of a secret and an address of Redis the raw text, since it
 *     is decided elsewhere who looks it up
 */
public record Given(String path, Place place, String raw, String text) {
  @Override
  public String toString() {
    return path + " at " + place;
  }
}
