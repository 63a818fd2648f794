package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * The contract with the clocks of servers whose TIME stands still while a script runs, which are
 * not here: the script is told that it runs on one.
 */
class OtherClocksIT {
  /** Redis 7.4 and later, Valkey 8 and later: os.clock. */
  @Nested
  class ProcessorTimeIT extends ScriptContract {
    @Override
    RedisServer start(Path folder) {
      return RedisServer.startEmbedded(folder);
    }

    @Override
    String text() {
      return changed(
          "rawget(_G, 'os')",
          "{ clock = function() local t = call('TIME') return t[1] % 100000 + t[2] / 1000000 end }");
    }
  }

  /** Redis 7.2 and Valkey 7.2: none. */
  @Nested
  class NoClockIT extends ScriptContract {
    @Override
    RedisServer start(Path folder) {
      return RedisServer.startEmbedded(folder);
    }

    @Override
    String text() {
      return changed("redis.REDIS_VERSION_NUM or 0", "0x00070200");
    }
  }

  private static String changed(String from, String to) {
    String text = Script.text();
    assertThat(text).containsOnlyOnce(from);
    return text.replace(from, to);
  }
}
