package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million points in a JVM of 512 MB: read, compared, and read again. */
class ScaleIT {
  private static final int KEYS = 20_000;
  private static final int FIELDS = 50;

  @TempDir Path dir;

  @Test
  void aMillionPoints_fitHalfAGigabyte() throws IOException {
    try (RedisServer redis = RedisServer.start(dir.resolve("redis"))) {
      fill(redis.port());
      try (ServerProcess child =
          ServerProcess.startJvm(
              "scale",
              System.getProperty("java.class.path"),
              List.of("-Xmx512m", "-XX:+UseSerialGC"),
              Map.of(),
              ScaleReader.class.getName(),
              List.of(String.valueOf(redis.port()), String.valueOf(KEYS)),
              dir.resolve("scale.log"))) {
        await().atMost(Duration.ofMinutes(8)).until(() -> !child.isAlive());
      }
      String log = Files.readString(dir.resolve("scale.log"));
      // Kept with the build, because the figures are worth reading.
      Files.writeString(Path.of("target", "scale.log"), log);
      assertThat(log)
          .contains("first " + KEYS)
          .contains("changed 1\n")
          .doesNotContain("OutOfMemory");
    }
  }

  private static void fill(int port) {
    RedisSourceConfig config =
        Readers.config(
            TaskHarness.config(
                port,
                Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*")));
    try (RedisLink link = new JedisLink(config.redis("fill"), () -> {})) {
      for (int from = 0; from < KEYS; from += 500) {
        List<Command> commands = new ArrayList<>();
        for (int key = from; key < from + 500; key++) {
          String[] args = new String[1 + 2 * FIELDS];
          args[0] = "comsrv:" + key + ":m";
          for (int field = 0; field < FIELDS; field++) {
            args[1 + 2 * field] = String.valueOf(10_000 + field);
            args[2 + 2 * field] = key + "." + field + "1234";
          }
          commands.add(Command.keyed("HSET", args));
        }
        link.pipeline(commands);
      }
    }
  }
}
