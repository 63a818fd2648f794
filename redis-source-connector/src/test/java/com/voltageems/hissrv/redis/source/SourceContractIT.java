package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.contract.ConnectorContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceContractIT extends ConnectorContract {
  static final Map<String, String> SECRETS =
      Map.of(
          "redis.uri", "rediss://u:S3CRET@127.0.0.1:1/?password=S3CRET",
          "redis.nodes", "u:S3CRET@h:1");

  @TempDir static Path dir;
  private static RedisServer redis;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start(dir);
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  // field case R10
  @Test
  void unknownHost_isSaid() {
    Map<String, String> config = new HashMap<>(sound());
    config.put("redis.uri", "redis://no-such-host.invalid:6379");
    assertThat(errors(config).get("redis.uri"))
        .containsExactly(
            "redis.uri: cannot connect to Redis at no-such-host.invalid:6379: unknown host"
                + " no-such-host.invalid");
  }

  @Override
  protected String type() {
    return "redis-source";
  }

  @Override
  protected Connector connector() {
    return new RedisSourceConnector();
  }

  @Override
  protected Map<String, String> sound() {
    return Map.of(
        "redis.uri", redis.uri(),
        "sources", "l",
        "sources.l.type", "list",
        "sources.l.key", "archive:pending",
        "poll.interval.ms", "10");
  }

  @Override
  protected ConfigDef settings() {
    return SourceRegistry.definition(Map.of("sources", "ALIAS", "mappings", "NAME"));
  }

  @Override
  protected Map<String, String> titles() {
    return RedisSourceConfigTest.GROUPS;
  }

  @Override
  protected Set<String> templates() {
    return Set.of();
  }

  @Override
  protected Map<String, String> misspelt() {
    return Map.of(
        "redis.url", "redis.uri",
        "poll.intervall.ms", "poll.interval.ms",
        "poll.interval", "poll.interval.ms",
        "sources.l.rejected.maximum", "sources.l.rejected.max",
        "batch_max_records", "batch.max.records",
        "aggregation.window", "aggregation.windows");
  }

  @Override
  protected Map<String, String> wrong() {
    Map<String, String> wrong = new HashMap<>();
    wrong.put("redis.mode", "raft");
    wrong.put("redis.timeout.ms", "long");
    wrong.put("redis.username", "${env:USER}");
    wrong.put("sources.l.type", "lst");
    wrong.put("aggregation.windows", "2m,5m");
    wrong.put("redis.backoff.max.ms", "5");
    return wrong;
  }

  @Override
  protected Map<String, String> secrets() {
    return SECRETS;
  }

  @Override
  protected int port() {
    return redis.port();
  }

  @Override
  protected RunningTask start(Map<String, String> config, @Nullable PluginMetrics metrics) {
    RedisSourceConnector connector = new RedisSourceConnector();
    connector.start(config);
    TaskHarness task = new TaskHarness(connector.taskConfigs(1).get(0), new HashMap<>(), metrics);
    return new RunningTask() {
      @Override
      public void work() {
        task.poll();
      }

      @Override
      public void stop() {
        task.close();
      }
    };
  }
}
