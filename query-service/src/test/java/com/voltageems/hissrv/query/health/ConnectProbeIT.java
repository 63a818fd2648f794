package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real worker. */
class ConnectProbeIT {
  private static QueryConfig.Connect config(List<URI> urls) {
    return new QueryConfig.Connect(
        urls, "so urce", "sink", "u", "p", true, false, Duration.ofSeconds(1));
  }

  @Test
  void connectorsThatAreNotThere_areNamed(@TempDir Path dir) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"), broker.bootstrapServers(), List.of(), Map.of())) {
      URI url = URI.create(worker.url());
      // Field case O2: the first address is of a dead worker.
      URI dead = URI.create("http://127.0.0.1:" + Ports.free());
      try (ConnectProbe probe =
          new ConnectProbe(config(List.of(dead, url)), Duration.ofMinutes(1))) {
        Report report = probe.check();
        assertThat(report.state()).isEqualTo(PartState.State.DOWN);
        assertThat(report.message()).isEqualTo("so urce is not there; sink is not there");
        assertThat(report.detail().toString())
            .contains("state=ABSENT")
            .contains("url=" + worker.url());

        // Issue 17, item 4: the worker takes the call by which what failed is started again.
        ConnectClient client =
            new ConnectClient(
                new Compiled.Target(List.of(worker.url()), "", "", "info"),
                Duration.ofMinutes(1),
                Clock.systemUTC(),
                attempt -> TimeUnit.MILLISECONDS.sleep(200));
        assertThat(client.restartFailed("so urce")).isEmpty();

        worker.kill();
        assertThatThrownBy(probe::check)
            .isInstanceOf(ProbeException.class)
            .hasMessageStartingWith("Kafka Connect does not answer (connect.url): " + url + ": ")
            .hasMessageContaining("; " + dead + ": ");
      }
    }
  }
}
