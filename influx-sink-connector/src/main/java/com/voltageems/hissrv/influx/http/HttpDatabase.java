package com.voltageems.hissrv.influx.http;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.questdb.ColumnScreen;
import java.time.Clock;

/** Factory of the database that a configuration names. */
public final class HttpDatabase {
  private HttpDatabase() {}

  public static Database of(InfluxSinkConfig config, Clock clock) {
    HttpInfluxWriter writer = new HttpInfluxWriter(config, clock);
    Screen screen =
        config.database().version() == InfluxVersion.QUESTDB
            ? new ColumnScreen(
                new QuestDbTables(writer, config.questDb().tables(), clock),
                config.questDb().mostColumns(),
                clock)
            : Screen.NONE;
    return new Database(writer, screen);
  }
}
