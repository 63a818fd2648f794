package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.testkit.contract.WorkerContract;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class SinkWorkerIT extends WorkerContract {
  private final FaultyServer server = new FaultyServer();

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Override
  protected String shippedFile() {
    return "influx-sink.json";
  }

  @Override
  protected Map<String, String> addresses() {
    // The worker has no topic yet that the regex would find.
    return Map.of("influxdb.url", server.url());
  }

  @Override
  protected Map<String, String> secrets() {
    return SinkContractIT.SECRETS;
  }
}
