package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.type.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskPlanTest {
  private static List<Source> sources() {
    Map<String, String> config = new HashMap<>();
    config.put("sources", "a,b,c,d");
    for (String alias : List.of("a", "b", "c")) {
      config.put("sources." + alias + ".type", "list");
      config.put("sources." + alias + ".key", alias);
    }
    config.put("sources.d.type", "hash");
    config.put("sources.d.pattern", "*");
    return Readers.config(config).sources();
  }

  @Test
  void everySliceAndEverySource_hasExactlyOneTask() {
    for (int tasks = 1; tasks <= Slices.COUNT; tasks++) {
      int count = tasks;
      List<Integer> slices = new ArrayList<>();
      List<String> lists = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        slices.addAll(Slices.ofTask(task, tasks));
        TaskPlan.of(sources(), task, count).stream()
            .filter(source -> !source.isDivisible())
            .forEach(source -> lists.add(source.common().alias()));
      }
      assertThat(slices)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, Slices.COUNT).boxed().toList());
      assertThat(lists).containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void tasks_noMoreThanUseful() {
    assertThat(TaskPlan.tasks(sources(), 100)).isEqualTo(Slices.COUNT);
    assertThat(TaskPlan.tasks(sources().subList(0, 3), 100)).isEqualTo(3);
    assertThat(TaskPlan.tasks(sources(), 1)).isEqualTo(1);
  }

  /** Stored positions depend on the slices. */
  @Test
  void slice_neverChanges() {
    assertThat(Slices.of(Bytes.of(":1001"), 0)).isEqualTo(SLICE_OF_1001);
    assertThat(Slices.of(Bytes.of("archive:1m:1704067200:1001"), 21)).isEqualTo(SLICE_OF_1001);
  }

  private static final int SLICE_OF_1001 = 10;
}
