package com.voltageems.hissrv.quickstart.answers;

import com.voltageems.hissrv.quickstart.HistoryDatabase;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.file.Path;

/** The contract with a real InfluxDB 1.x. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1AnswersKillIT extends AnswersContract {
  @Override
  HistoryDatabase start(Path folder) {
    return HistoryDatabase.influxDb1(folder);
  }
}
