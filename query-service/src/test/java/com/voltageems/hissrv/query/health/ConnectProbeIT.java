package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real worker. */
class ConnectProbeIT {
  @Test
  void connectorsThatAreNotThere_areNamed(@TempDir Path dir) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"), broker.bootstrapServers(), List.of(), Map.of())) {
      URI url = URI.create(worker.url());
      try (ConnectProbe probe =
          new ConnectProbe(
              url,
              new QueryConfig.Connect(Optional.of(url), "so urce", "sink", "u", "p"),
              Duration.ofSeconds(5))) {
        Report report = probe.check();
        assertThat(report.up()).isFalse();
        assertThat(report.message()).isEqualTo("so urce is not there; sink is not there");
        assertThat(report.detail().toString()).contains("state=ABSENT");

        worker.kill();
        assertThatThrownBy(probe::check).isInstanceOf(IOException.class);
      }
    }
  }
}
