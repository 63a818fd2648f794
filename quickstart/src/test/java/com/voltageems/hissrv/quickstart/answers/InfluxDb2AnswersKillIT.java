package com.voltageems.hissrv.quickstart.answers;

import com.voltageems.hissrv.quickstart.HistoryDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract with a real InfluxDB 2.x, that it starts and kills. */
@EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXD2", matches = ".+")
class InfluxDb2AnswersKillIT extends AnswersContract {
  @Override
  HistoryDatabase start(Path folder) {
    return HistoryDatabase.influxDb2(folder);
  }
}
