package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.contract.WorkerContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SourceWorkerIT extends WorkerContract {
  @TempDir static Path redisDir;
  private static RedisServer redis;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start(redisDir);
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @Override
  protected String shippedFile() {
    return "redis-source.json";
  }

  @Override
  protected Map<String, String> addresses() {
    return Map.of("redis.uri", redis.uri());
  }

  @Override
  protected Map<String, String> refusedConverters() {
    return Map.of(
        "value.converter", "org.apache.kafka.connect.storage.StringConverter",
        "key.converter", "org.apache.kafka.connect.converters.IntegerConverter",
        "header.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
  }

  @Override
  protected Map<String, String> secrets() {
    return SourceContractIT.SECRETS;
  }
}
