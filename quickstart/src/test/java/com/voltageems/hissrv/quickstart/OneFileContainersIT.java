package com.voltageems.hissrv.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;

/** {@link OneFileScenario} on the real images of Kafka, Redis and InfluxDB 2. */
@EnabledIf(value = "hasDocker", disabledReason = "needs a Docker engine, which is not here")
class OneFileContainersIT extends OneFileScenario {
  static boolean hasDocker() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  @Override
  WholeSite launch(Installation installation, Path dir) throws IOException {
    return new ContainerSite(installation, dir);
  }
}
