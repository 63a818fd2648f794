package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.pipeline.SyncWatch;
import com.voltageems.hissrv.query.sync.RedisTarget;
import com.voltageems.hissrv.query.sync.SyncAnswer;
import com.voltageems.hissrv.query.sync.SyncDesk;
import com.voltageems.hissrv.query.sync.SyncException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The site's sync desk, with the settings and parts of the site that it needs. */
final class SyncSite implements AutoCloseable {
  private final QueryConfig settings;
  private final Supplier<HealthBoard> board;
  private final KafkaAccess kafka;
  private final SyncDesk desk;

  SyncSite(RedisTarget redis, QueryConfig settings, Supplier<HealthBoard> board, Clock clock) {
    this.settings = settings;
    this.board = board;
    this.kafka = new KafkaAccess(settings.kafka(), settings.checks().timeout());
    this.desk =
        new SyncDesk(
            redis, settings.checks().timeout(), this::watch, this::tasks, this::newest, clock);
  }

  @Nullable SyncAnswer sync(Duration patience) throws SyncException, InterruptedException {
    if (!settings.kafka().isConfigured()) {
      throw new SyncException(
          "kafka.bootstrap_servers is not set: without it nobody knows when everything "
              + "is in the database");
    }
    return desk.sync(patience);
  }

  private SyncWatch watch() {
    return new SyncWatch(
        kafka,
        settings.kafka().statusTopic(),
        settings.connect().source(),
        settings.connect().sink(),
        () -> board.get().facts().sinkTopics());
  }

  private Map<String, @Nullable Object> detail(String part) {
    return board.get().snapshot().stream()
        .filter(state -> state.name().equals(part))
        .findFirst()
        .map(state -> state.report().detail())
        .orElse(Map.of());
  }

  /**
   * Returns the number of source tasks according to Connect; if unknown, the number of tasks that
   * have reported.
   */
  private int tasks() {
    int told = detail("source").get("tasks") instanceof List<?> tasks ? tasks.size() : 0;
    return board.get().facts().sourceTasks().orElse(told);
  }

  private @Nullable Instant newest() {
    try {
      return detail("sink").get("last_sync") instanceof String text ? Instant.parse(text) : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
