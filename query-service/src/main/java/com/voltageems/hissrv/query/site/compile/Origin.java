package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;

/** The key of the file that a setting comes from, and its place. */
public record Origin(String path, Place place) {
  static Origin of(Given given) {
    return new Origin(given.path(), given.place());
  }

  static Origin of(View view) {
    return new Origin(view.path(), view.place());
  }

  /** Returns a problem at this key. */
  public Problem problem(String message) {
    return new Problem(place, path, message);
  }
}
