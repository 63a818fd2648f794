package com.voltageems.hissrv.lua;

import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.file.Path;

/** The contract on the redis-server that is installed, a version 7 on Debian and Ubuntu. */
@RequiresServer(RequiresServer.Server.REDIS)
class InstalledRedisScriptIT extends ScriptContract {
  @Override
  RedisServer start(Path folder) {
    return RedisServer.start(folder);
  }
}
