package com.voltageems.hissrv.quickstart;

import java.nio.file.Path;

/** {@link OneFileScenario} on this machine's processes. */
class OneFileIT extends OneFileScenario {
  @Override
  WholeSite launch(Installation installation, Path dir) {
    return new EmbeddedSite(installation, dir);
  }
}
