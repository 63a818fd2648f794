package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

/** What Kafka Connect does around a rebalance, call by call as its worker does it. */
class ContinuityTest {
  private static final TopicPartition A = new TopicPartition(TestRecords.TOPIC, 0);
  private static final TopicPartition B = new TopicPartition(TestRecords.TOPIC, 1);

  private final Continuity continuity = new Continuity();
  private final Set<TopicPartition> assignment = new HashSet<>();

  private void open(TopicPartition... partitions) {
    assignment.addAll(List.of(partitions));
    continuity.opened(List.of(partitions));
  }

  private void close(TopicPartition... partitions) {
    assignment.removeAll(List.of(partitions));
    continuity.closed(List.of(partitions));
  }

  private void tell(TopicPartition partition, long position) {
    continuity.told(Map.of(partition, new OffsetAndMetadata(position)));
  }

  private Map<TopicPartition, Long> put(TopicPartition partition, long... offsets) {
    List<SinkRecord> records = new ArrayList<>();
    for (long offset : offsets) {
      records.add(TestRecords.record(partition.topic(), partition.partition(), "any", offset));
    }
    return continuity.holes(records, () -> assignment);
  }

  private Map<TopicPartition, Long> put() {
    return continuity.holes(List.of(), () -> assignment);
  }

  private long upTo(TopicPartition partition, long position) {
    return continuity.upTo(partition, new OffsetAndMetadata(position)).offset();
  }

  @Test
  void holesOfTransactionsAndCompaction_areNone() {
    open(A);
    tell(A, 10);
    assertThat(put(A, 12, 13, 17)).isEmpty();
    assertThat(put(A, 30)).isEmpty();
    assertThat(upTo(A, 31)).isEqualTo(31);
  }

  @Test
  void thrownAwayAfterAWakeUpInTheCommit_isReadAgain() {
    open(A, B);
    put(A, 10, 11);
    close(A, B);
    open(A);
    tell(A, 12);
    assertThat(put(A, 40, 41)).containsExactly(Map.entry(A, 12L));
    assertThat(upTo(A, 42)).as("they are committed when they come again").isEqualTo(12);
    assertThat(put(A, 12, 13)).isEmpty();
    assertThat(upTo(A, 14)).isEqualTo(14);
  }

  @Test
  void holeThatIsThereAgain_isOneOfATransaction() {
    open(A);
    put(A, 10);
    close(A);
    open(A);
    tell(A, 11);
    assertThat(put(A, 12)).containsExactly(Map.entry(A, 11L));
    assertThat(put(A, 12)).isEmpty();
    assertThat(put(A, 14)).isEmpty();
    assertThat(upTo(A, 15)).isEqualTo(15);
  }

  @Test
  void nothingToldBetween_nothingWasThrownAway() {
    open(A);
    put(A, 10);
    close(A);
    open(A);
    assertThat(put(A, 40)).isEmpty();
  }

  @Test
  void partitionThatStays_isDoubtedToo() {
    open(A, B);
    put(A, 10);
    put(B, 10);
    close(B);
    assertThat(put(A, 15)).containsExactly(Map.entry(A, 11L));
    assertThat(put(A, 11)).isEmpty();
  }

  @Test
  void recordsThatComeLater_areDoubtedThen() {
    open(A);
    put(A, 10);
    close(A);
    open(A, B);
    tell(A, 11);
    tell(B, 5);
    assertThat(put(A, 11)).isEmpty();
    assertThat(put()).isEmpty();
    assertThat(put(B, 9)).containsExactly(Map.entry(B, 5L));
  }

  @Test
  void notOpened_isReadFromItsFirstRecord() {
    assignment.add(A);
    assertThat(put(A, 40, 41)).containsExactly(Map.entry(A, 40L));
    assertThat(upTo(A, 42)).isEqualTo(40);
    assertThat(put(A, 40, 41)).isEmpty();
  }

  @Test
  void notOpened_andPerhapsThrownAway_isReadFromWhereItWas() {
    open(A);
    put(A, 10);
    close(A);
    assignment.add(A);
    tell(A, 11);
    assertThat(put()).isEmpty();
    assertThat(put(A, 40)).containsExactly(Map.entry(A, 11L));
    assertThat(put(A, 11, 12)).isEmpty();
  }

  @Test
  void notOpened_andPerhapsThrownAwayFromNobodyKnowsWhere_failsTheTask() {
    open(A);
    put(A, 10);
    close(A);
    assignment.add(B);
    assertThatThrownBy(() -> put(B, 40))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(B + " from offset 40 on without having opened it")
        .hasMessageContaining("restart this task");
  }

  @Test
  void takenAwayBeforeItIsReadAgain_isForgotten() {
    open(A);
    put(A, 10);
    close(A);
    open(A);
    tell(A, 11);
    put(A, 40);
    close(A);
    assertThat(upTo(A, 41)).isEqualTo(41);
  }
}
