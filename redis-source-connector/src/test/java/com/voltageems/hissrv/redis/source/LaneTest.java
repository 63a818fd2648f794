package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.Backoff;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics(clock);
  private final FixedReader reader = new FixedReader();
  private final Lane lane =
      new Lane(
          Readers.config(Map.of("sources", "p", "sources.p.type", "hash", "sources.p.pattern", "*"))
              .sources()
              .get(0)
              .common(),
          reader,
          metrics,
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), new Random(1)),
          clock,
          () -> this.general);

  /** The trouble that applies to all sources; null if there is none. */
  private @Nullable String general;

  /** A reader that is due in a second, and returns nothing. */
  private final class FixedReader implements SourceReader {
    private long dueNanos = Duration.ofSeconds(1).toNanos();
    private @Nullable String trouble;
    private boolean allDelivered;

    @Override
    public List<SourceRecord> read(int limit) {
      return List.of();
    }

    @Override
    public long dueNanos() {
      return dueNanos;
    }

    @Override
    public void wake() {
      dueNanos = clock.nanos();
    }

    @Override
    public void allDelivered() {
      allDelivered = true;
    }

    @Override
    public @Nullable String trouble() {
      return trouble;
    }
  }

  private static SourceRecord record() {
    return new SourceRecord(Map.of(), Map.of(), "hissrv.p", null, null);
  }

  private Duration until(long moment) {
    return Duration.ofNanos(moment - clock.nanos());
  }

  @Test
  void refused_isTriedAgainAfterTheBackOff_whichGrows_andEndsWithAnAttemptThatPasses() {
    lane.refused(new RedisNotReadyException("READONLY", null), clock.millis());
    assertThat(until(lane.dueNanos())).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    reader.wake();
    assertThat(until(lane.dueNanos())).as("a request does not shorten it").isPositive();
    for (int i = 0; i < 20; i++) {
      lane.refused(new RedisNotReadyException("READONLY", null), clock.millis());
    }
    assertThat(until(lane.dueNanos())).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason()).isEqualTo("READONLY");
    lane.passed(List.of(), clock.millis());
    assertThat(metrics.state.stuck()).isNull();
    assertThat(lane.dueNanos()).isEqualTo(reader.dueNanos);
  }

  @Test
  void errorReplies_areCountedByWhatTheySay() {
    lane.refused(new RedisReplyException("LLEN", new RedisError("WRONGTYPE x")), clock.millis());
    lane.refused(new RedisReplyException("LLEN", new RedisError("ERR x")), clock.millis());
    lane.refused(
        new RedisReplyException("HGETALL", new RedisError("CLUSTERDOWN Hash slot not served")),
        clock.millis());
    lane.refused(new RedisNotReadyException("LOADING", null), clock.millis());
    assertThat(metrics.rejected(RejectReason.WRONG_TYPE)).isEqualTo(1);
    assertThat(metrics.rejected(RejectReason.REPLY)).isEqualTo(1);
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason()).isEqualTo("LOADING");
    lane.refused(
        new RedisReplyException(
            Command.keyed("LLEN", "archive:pending"), new RedisError("WRONGTYPE x")),
        clock.millis());
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason())
        .isEqualTo("LLEN of the key archive:pending was answered: WRONGTYPE x");
    assertThat(metrics.state.failures()).isEqualTo(5);
  }

  @Test
  void syncRequest_whileAPartCannotBeRead_isHeard_andNeedsItsPassesAfterwards() {
    SyncTracker sync = new SyncTracker();
    sync.request("sync a".getBytes(StandardCharsets.UTF_8));
    sync.look(List.of(lane), true);
    assertThat(sync.state()).isEqualTo(new SyncTracker.State("a", List.of("p")));
    reader.dueNanos = clock.nanos() + 1;
    sync.look(List.of(lane), true);
    assertThat(reader.dueNanos).as("the second pass is asked for").isEqualTo(clock.nanos());
    sync.request("sync b".getBytes(StandardCharsets.UTF_8));
    reader.dueNanos = clock.nanos() + 1;
    sync.look(List.of(lane), false);
    reader.dueNanos = clock.nanos() + 1;
    sync.look(List.of(lane), false);
    assertThat(sync.state()).isEqualTo(new SyncTracker.State("b", List.of("p")));
    sync.look(List.of(lane), true);
    assertThat(sync.state()).isEqualTo(new SyncTracker.State("b", List.of("p")));
    reader.dueNanos = clock.nanos() + 1;
    sync.look(List.of(lane), true);
    assertThat(sync.state()).isEqualTo(new SyncTracker.State("b", List.of()));
  }

  /** With exactly-once support, Connect does not report a batch that was dropped as a whole. */
  @Test
  void recordsThatConnectDrops_areCounted() {
    lane.passed(List.of(record(), record(), record()), clock.millis());
    lane.delivered(record(), true);
    assertThat(metrics.droppedByConnect.sum()).isZero();
    lane.delivered(record(), false);
    lane.allDelivered();
    lane.allDelivered();
    assertThat(metrics.droppedByConnect.sum()).isEqualTo(2);
  }

  @Test
  void whatTheReaderSeesItself_isTold_untilItIsOver() {
    reader.trouble = "drained by another";
    lane.look(clock.millis());
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason())
        .isEqualTo("drained by another");
    reader.trouble = null;
    lane.look(clock.millis());
    assertThat(metrics.state.stuck()).isNull();
  }

  @Test
  void settled_whenAllRecordsAreDelivered_andNothingIsDue() {
    assertThat(lane.isSettled()).isTrue();
    lane.passed(List.of(record(), record()), clock.millis());
    lane.delivered(record(), true);
    assertThat(lane.isSettled()).isFalse();
    lane.delivered(record(), true);
    assertThat(lane.isSettled()).isTrue();
    clock.pass(Duration.ofSeconds(2));
    assertThat(lane.isSettled()).isFalse();
  }

  /** With exactly-once support, a worker does not name the records of a batch that were dropped. */
  @Test
  void settled_alsoAfterRecordsThatWereAllDropped() {
    lane.passed(List.of(record(), record()), clock.millis());
    lane.allDelivered();
    assertThat(reader.allDelivered).isTrue();
    assertThat(lane.isSettled()).isTrue();
  }

  @Test
  void whatHoldsForAllSources_isTold_behindTheSourcesOwn() {
    general = "the link is down";
    lane.look(1000);
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason())
        .isEqualTo("the link is down");
    reader.trouble = "no events";
    lane.look(2000);
    assertThat(Objects.requireNonNull(metrics.state.stuck()).reason()).isEqualTo("no events");
    general = null;
    reader.trouble = null;
    lane.look(3000);
    assertThat(metrics.state.stuck()).isNull();
  }
}
