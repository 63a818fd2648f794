package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.List;

/** What a file asks for that this version checks but does not do yet: said, never swallowed. */
final class Notes {
  private Notes() {}

  static void of(View site, List<Problem> notes) {
    later(site.view("retention").views("policies"), notes);
    later(site.view("downsampling").views("tasks"), notes);
  }

  private static void later(List<View> views, List<Problem> notes) {
    for (View view : views) {
      notes.add(
          Origin.of(view)
              .problem(
                  view.text("name") + " is checked, but this version does not carry it out yet"));
    }
  }
}
