package com.voltageems.hissrv.query.store.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeapRoomTest {
  private static final long MB = 1 << 20;

  private long live = 10 * MB;
  private long garbage;
  private long collections;

  private final HeapRoom room = new HeapRoom(96 * MB, () -> live + garbage, this::collect);

  private void collect() {
    collections++;
    garbage = 0;
  }

  @Test
  void halfFull_isNotCollected() {
    garbage = 50 * MB;

    assertThat(room.isFull()).isFalse();
    assertThat(collections).isZero();
  }

  @Test
  void garbage_isNotCounted() {
    garbage = 80 * MB;

    assertThat(room.isFull()).isFalse();
    assertThat(collections).isOne();
  }

  @Test
  void whatIsInUse_counts_untilItIsLetGo() {
    live = 73 * MB;
    assertThat(room.isFull()).isTrue();
    assertThat(room.isFull()).isTrue();

    live = 60 * MB;
    assertThat(room.isFull()).isFalse();
  }

  /** Otherwise each small piece would cost a collection of the whole heap. */
  @Test
  void justBelowTheLimit_isNotCollectedAllTheTime() {
    live = 71 * MB;
    for (int i = 0; i < 10; i++) {
      garbage += MB / 2;
      assertThat(room.isFull()).isFalse();
    }
    assertThat(collections).isLessThanOrEqualTo(2);

    live = 75 * MB;
    assertThat(room.isFull()).isTrue();
  }

  @Test
  void collectionsThatAreDisabled_leaveItOpen() {
    assertThat(HeapRoom.isExact(List.of("-Xmx96m", "-XX:+DisableExplicitGC"))).isFalse();
    assertThat(HeapRoom.isExact(List.of("-XX:+ExplicitGCInvokesConcurrent"))).isFalse();
    assertThat(HeapRoom.isExact(List.of("-Xmx96m"))).isTrue();
    assertThat(new HeapRoom(96 * MB, () -> 90 * MB, null).isFull()).isFalse();
  }

  @Test
  void ofAnySize_leavesSomeRoom() {
    assertThat(isFullAt(32, 15)).isFalse();
    assertThat(isFullAt(32, 17)).isTrue();
    assertThat(isFullAt(256, 190)).isFalse();
    assertThat(isFullAt(256, 193)).isTrue();
    assertThat(isFullAt(8192, 8000)).isFalse();
    assertThat(isFullAt(8192, 8065)).isTrue();
  }

  private boolean isFullAt(long most, long used) {
    return new HeapRoom(most * MB, () -> used * MB, this::collect).isFull();
  }

  @Test
  void thisProcess_hasRoom() {
    assertThat(HeapRoom.ofProcess().isFull()).isFalse();
    assertThat(HeapRoom.ofProcess().megabytes())
        .isBetween(16L, Runtime.getRuntime().maxMemory() / MB + 1);
  }
}
