package com.voltageems.hissrv.lua;

import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;

/** The contract on Redis 6.2, the oldest version that is supported. */
class Redis62ScriptIT extends ScriptContract {
  @Override
  RedisServer start(Path folder) {
    return RedisServer.startEmbedded(folder);
  }
}
