package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.testkit.contract.WorkerContract;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class SinkWorkerIT extends WorkerContract {
  private final FaultyServer server = new FaultyServer();

  private final FaultyServer questDb = new FaultyServer();

  @AfterEach
  void stopServer() {
    server.close();
    questDb.close();
  }

  @Override
  protected Map<String, Map<String, String>> furtherFiles() {
    questDb.behave(
        request ->
            request.path().startsWith("/exec")
                ? new FaultyServer.Answer(200, Map.of("Server", "questDB/1.0"), "{\"dataset\":[]}")
                : new FaultyServer.Answer(204, Map.of("Server", "questDB/1.0"), ""));
    return Map.of(
        "influx-sink-influxdb1.json", Map.of("influxdb.url", server.url()),
        "influx-sink-questdb.json", Map.of("influxdb.url", questDb.url()),
        "influx-sink-foreign.json", Map.of("influxdb.url", server.url()));
  }

  @Override
  protected String shippedFile() {
    return "influx-sink.json";
  }

  @Override
  protected Map<String, String> addresses() {
    // The worker has no topic yet that matches the regex.
    return Map.of("influxdb.url", server.url());
  }

  @Override
  protected Map<String, String> secrets() {
    return SinkContractIT.SECRETS;
  }
}
