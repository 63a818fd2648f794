package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.pipeline.LossWatch.Found;
import com.voltageems.hissrv.query.health.pipeline.LossWatch.Loss;
import com.voltageems.hissrv.query.health.pipeline.LossWatch.Seen;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Records that are gone from Kafka before the sink committed them. */
class LossWatchTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");
  private static final TopicPartition ONE = new TopicPartition("t", 0);

  private final LossWatch watch = new LossWatch();

  /** No task reads it. */
  private static Seen seen(long committed, long start, long waiting) {
    return new Seen(committed, start, Math.max(committed, start) + waiting, waiting, false);
  }

  private Found look(long committed, long start, long waiting, int seconds) {
    return watch.look(Map.of(ONE, seen(committed, start, waiting)), NOW.plusSeconds(seconds));
  }

  private static Found found(boolean isOpen, Loss... losses) {
    long records = Stream.of(losses).mapToLong(Loss::records).sum();
    return new Found(List.of(losses), records, isOpen, List.of());
  }

  @Test
  void recordsThatWaitedAndAreGone_areLost_andStayToldOf() {
    assertThat(look(3, 0, 7, 0)).isEqualTo(Found.NONE);
    Loss open = new Loss(ONE, 3, 6, NOW.plusSeconds(1), true);
    assertThat(look(3, 6, 4, 1)).isEqualTo(found(true, open));
    assertThat(look(3, 9, 1, 2).losses())
        .containsExactly(new Loss(ONE, 3, 9, NOW.plusSeconds(1), true));
    // The sink goes on behind them; what was lost is not found again.
    Found over = look(10, 9, 0, 3);
    assertThat(over.isOpen()).isFalse();
    assertThat(over.records()).isEqualTo(6);
    assertThat(look(10, 11, 0, 4).records()).as("a marker").isEqualTo(6);
    // A second time.
    assertThat(look(11, 11, 9, 5).records()).isEqualTo(6);
    Found again = look(11, 15, 5, 6);
    assertThat(again.records()).isEqualTo(10);
    assertThat(again.losses()).hasSize(2);
    // The topic is deleted: nothing is open any more.
    assertThat(watch.look(Map.of(), NOW.plusSeconds(7)).isOpen()).isFalse();
  }

  @Test
  void markersOfTransactions_areNoLoss() {
    assertThat(look(15, 0, 0, 0)).isEqualTo(Found.NONE);
    assertThat(look(15, 16, 0, 1)).isEqualTo(Found.NONE);
    assertThat(look(15, 16, 0, 2)).isEqualTo(Found.NONE);
  }

  /** After our own start nobody knows what stood there; many cannot be markers alone. */
  @Test
  void gapBeforeOurStart_isLossWhereItIsLong_andElseIsTold() {
    Loss few = new Loss(ONE, 15, 65, NOW, false);
    for (int look = 0; look < 3; look++) {
      assertThat(look(15, 65, 0, look)).isEqualTo(new Found(List.of(), 0, false, List.of(few)));
    }
    // It stays told when the sink has gone on.
    assertThat(look(70, 65, 0, 3).perhaps()).containsExactly(few);
    assertThat(LostText.words(look(70, 65, 0, 4)))
        .isEqualTo(
            "; Kafka deleted a few offsets before the sink committed them, which may have been"
                + " records or only markers of transactions, last of t partition 0 offsets 15 to 64"
                + " (seen 2025-08-21T10:00:00Z)");
    Found many = new LossWatch().look(Map.of(ONE, seen(15, 66, 0)), NOW);
    assertThat(many.records()).isEqualTo(51);
    assertThat(many.perhaps()).isEmpty();
  }

  /** One offset is what an idle partition of a source with transactions always has. */
  @Test
  void oneOffsetBeforeOurStart_isShown_withoutAWord() {
    Found found = look(15, 16, 0, 0);
    assertThat(LostText.words(found)).isEmpty();
    assertThat(LostText.shown(found))
        .singleElement()
        .satisfies(
            one -> assertThat(one).containsEntry("from_offset", 15L).containsEntry("sure", false));
  }

  @Test
  void ofManySmallGaps_theLastAreShown() {
    Map<TopicPartition, Seen> all = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      all.put(new TopicPartition("t", i), seen(0, 2, 0));
    }
    assertThat(watch.look(all, NOW).perhaps()).hasSize(20);
  }

  /** An idle topic: the sink commits nothing before the next record, and health stayed degraded. */
  @Test
  void lossBehindWhichATaskWaitsForRecords_isOver_andStaysCounted() {
    look(0, 0, 100, 0);
    Loss open = new Loss(ONE, 0, 100, NOW.plusSeconds(1), true);
    assertThat(look(0, 100, 0, 1)).isEqualTo(found(true, open));
    assertThat(look(0, 100, 0, 2).isOpen()).as("no task reads it").isTrue();
    Seen more = new Seen(0, 100, 105, 5, true);
    assertThat(watch.look(Map.of(ONE, more), NOW.plusSeconds(3)).isOpen())
        .as("records wait behind it")
        .isTrue();
    Found over = found(false, new Loss(ONE, 0, 100, NOW.plusSeconds(1), false));
    for (int look = 4; look < 8; look++) {
      Seen idle = new Seen(0, 100, 100, 0, true);
      assertThat(watch.look(Map.of(ONE, idle), NOW.plusSeconds(look))).isEqualTo(over);
    }
    // The next records are deleted too before the sink has committed them.
    assertThat(look(0, 100, 7, 8)).isEqualTo(over);
    Found second = look(0, 107, 0, 9);
    assertThat(second.isOpen()).isTrue();
    assertThat(second.records()).isEqualTo(107);
    // It goes on.
    Found last = look(110, 107, 0, 10);
    assertThat(last.isOpen()).isFalse();
    assertThat(last.records()).isEqualTo(107);
  }

  /** Somebody has the sink read again: what is gone had been committed before. */
  @Test
  void offsetsThatAreSetBack_areNoLoss() {
    look(9000, 5000, 0, 0);
    Found again = look(0, 5000, 4000, 1);
    assertThat(again).isEqualTo(Found.NONE);
    assertThat(look(0, 6000, 3000, 2)).isEqualTo(Found.NONE);
    // What came since is lost all the same.
    look(7000, 6000, 2100, 3);
    assertThat(look(7000, 9050, 50, 4))
        .isEqualTo(found(true, new Loss(ONE, 9000, 9050, NOW.plusSeconds(4), true)));
  }

  /** Between two looks the topic was deleted and made anew. */
  @Test
  void anotherTopicOfThatName_isLookedAtAnew() {
    look(9000, 5000, 0, 0);
    assertThat(look(3, 0, 20, 1)).isEqualTo(Found.NONE);
    assertThat(look(3, 5, 18, 2))
        .isEqualTo(found(true, new Loss(ONE, 3, 5, NOW.plusSeconds(2), true)));
  }

  /** Likewise where the sink has never committed anything. */
  @Test
  void lossOfAPartitionThatWasNeverCommitted_isOver_whenATaskWaitsThere() {
    look(Seen.NEVER, 0, 9, 0);
    assertThat(look(Seen.NEVER, 9, 0, 1).isOpen()).isTrue();
    Seen idle = new Seen(Seen.NEVER, 9, 9, 0, true);
    for (int look = 2; look < 5; look++) {
      Found found = watch.look(Map.of(ONE, idle), NOW.plusSeconds(look));
      assertThat(found.isOpen()).isFalse();
      assertThat(found.records()).isEqualTo(9);
    }
  }

  @Test
  void ofManyLosses_theLastAreShown_andAllAreCounted() {
    for (int i = 0; i < 30; i++) {
      long committed = i * 100L;
      look(committed, committed, 9, i);
      look(committed, committed + 2, 7, i);
    }
    Found found = look(3000, 3000, 0, 31);
    assertThat(found.losses()).hasSize(20);
    assertThat(found.losses().get(19).from()).isEqualTo(2900);
    assertThat(found.records()).isEqualTo(60);
    assertThat(found.isOpen()).isFalse();
  }

  /** A site of many partitions, after a long outage: none is counted anew at each look. */
  @Test
  void moreLossesAtOnceThanAreShown_areCountedOnce() {
    Map<TopicPartition, Seen> before = new HashMap<>();
    Map<TopicPartition, Seen> after = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      before.put(new TopicPartition("t", i), seen(0, 0, 10));
      after.put(new TopicPartition("t", i), seen(0, 2, 8));
    }
    watch.look(before, NOW);
    for (int look = 1; look < 5; look++) {
      Found found = watch.look(after, NOW.plusSeconds(look));
      assertThat(found.records()).isEqualTo(60);
      assertThat(found.losses()).hasSize(20).allMatch(Loss::open);
      assertThat(found.losses()).allMatch(loss -> loss.since().equals(NOW.plusSeconds(1)));
      assertThat(found.isOpen()).isTrue();
    }
    assertThat(watch.look(before, NOW.plusSeconds(9)).isOpen()).isFalse();
  }

  /** All but the oldest have gone on; the oldest one is still open, although it is not shown. */
  @Test
  void openLossThatIsNotShown_isOpen() {
    TopicPartition other = new TopicPartition("other", 0);
    Seen stands = seen(0, 5, 8);
    watch.look(Map.of(other, seen(0, 0, 13)), NOW);
    watch.look(Map.of(other, stands), NOW);
    Found found = Found.NONE;
    for (int i = 0; i < 30; i++) {
      watch.look(Map.of(other, stands, ONE, seen(i * 100L, 0, 9)), NOW.plusSeconds(i));
      Seen lost = seen(i * 100L, i * 100L + 2, 7);
      found = watch.look(Map.of(other, stands, ONE, lost), NOW.plusSeconds(i));
    }
    assertThat(found.records()).isEqualTo(65);
    found = watch.look(Map.of(other, stands, ONE, seen(3000, 0, 0)), NOW.plusSeconds(40));
    assertThat(found.isOpen()).isTrue();
  }

  /** A broker restarts: for a moment Kafka does not know the topic. */
  @Test
  void partitionThatComesBack_isTheSameLoss() {
    look(0, 0, 100, 0);
    assertThat(look(0, 60, 40, 1).records()).isEqualTo(60);
    assertThat(watch.look(Map.of(), NOW.plusSeconds(2)).records()).isEqualTo(60);
    assertThat(look(0, 70, 30, 3))
        .isEqualTo(found(true, new Loss(ONE, 0, 70, NOW.plusSeconds(1), true)));
  }

  /** A partition of which the sink never committed anything, because it did not get there. */
  @Test
  void recordsThatNobodyHadBegunWith_areLost() {
    assertThat(look(Seen.NEVER, 0, 0, 0)).isEqualTo(Found.NONE);
    assertThat(look(Seen.NEVER, 3, 0, 1)).as("nothing waited").isEqualTo(Found.NONE);
    assertThat(look(Seen.NEVER, 3, 7, 2)).isEqualTo(Found.NONE);
    assertThat(look(Seen.NEVER, 3, 9, 3)).isEqualTo(Found.NONE);
    Loss open = new Loss(ONE, 3, 5, NOW.plusSeconds(4), true);
    assertThat(look(Seen.NEVER, 5, 7, 4)).isEqualTo(found(true, open));
    assertThat(look(Seen.NEVER, 6, 6, 5).records()).isEqualTo(3);
    Found over = look(12, 6, 0, 6);
    assertThat(over.isOpen()).isFalse();
    assertThat(over.records()).isEqualTo(3);
    assertThat(look(12, 13, 0, 7).records()).as("a marker").isEqualTo(3);
  }

  @Test
  void firstCommit_isNoLoss() {
    assertThat(look(Seen.NEVER, 0, 7, 0)).isEqualTo(Found.NONE);
    assertThat(look(7, 0, 0, 1)).isEqualTo(Found.NONE);
    assertThat(look(7, 8, 0, 2)).as("a marker").isEqualTo(Found.NONE);
  }
}
