package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;

/** From which key of the file a setting comes. */
public record Origin(String path, Place place) {
  static Origin of(Given given) {
    return new Origin(given.path(), given.place());
  }

  static Origin of(View view) {
    return new Origin(view.path(), view.place());
  }

  /** A problem of this key. */
  public Problem problem(String message) {
    return new Problem(place, path, message);
  }
}
