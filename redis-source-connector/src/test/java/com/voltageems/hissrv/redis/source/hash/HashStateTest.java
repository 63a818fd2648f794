package com.voltageems.hissrv.redis.source.hash;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashStateTest {
  private static List<String> changed(HashState state, String... pairs) {
    List<String> changed = new ArrayList<>();
    int count = pairs.length / 2;
    state.begin(count, false);
    for (int i = 0; i < count; i++) {
      if (state.changed(i, hash(pairs[2 * i]), hash(pairs[2 * i + 1]))) {
        changed.add(pairs[2 * i]);
      }
    }
    state.end(count);
    return changed;
  }

  @Test
  void changes_newGoneAndBack() {
    HashState state = new HashState();
    assertThat(changed(state, "a", "1", "b", "2", "c", "3")).containsExactly("a", "b", "c");
    assertThat(changed(state, "a", "1", "b", "2", "c", "3")).isEmpty();
    assertThat(changed(state, "a", "1", "b", "5", "c", "3")).containsExactly("b");
    assertThat(changed(state, "a", "1", "c", "3")).isEmpty();
    assertThat(changed(state, "a", "1", "b", "5", "c", "3")).containsExactly("b");
    assertThat(changed(state)).isEmpty();
    assertThat(changed(state, "a", "1")).containsExactly("a");
  }

  /** Compares with a plain map, with fields in any order. */
  @Test
  void anyOrder_asAMapWouldTell() {
    Random random = new Random(3);
    HashState state = new HashState();
    Map<String, String> model = new LinkedHashMap<>();
    for (int round = 0; round < 2000; round++) {
      Map<String, String> now = new LinkedHashMap<>(model);
      for (int i = random.nextInt(4); i > 0; i--) {
        now.put("f" + random.nextInt(30), String.valueOf(random.nextInt(5)));
      }
      if (random.nextInt(5) == 0) {
        now.remove("f" + random.nextInt(30));
      }
      List<String> names = new ArrayList<>(now.keySet());
      if (random.nextInt(3) == 0) {
        Collections.shuffle(names, random);
      }
      String[] pairs = new String[2 * names.size()];
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        pairs[2 * i] = name;
        pairs[2 * i + 1] = now.get(name);
        if (!Objects.equals(now.get(name), model.get(name))) {
          expected.add(name);
        }
      }
      assertThat(changed(state, pairs)).as(Arrays.toString(pairs)).isEqualTo(expected);
      model = now;
    }
  }

  private static boolean passes(Deadband deadband, HashState state, String value, long now) {
    state.begin(1, true);
    boolean changed = state.changed(0, hash("f"), hash(value));
    boolean passes = changed && state.passes(deadband, 0, Bytes.of("f"), Bytes.of(value), now);
    state.end(1);
    return passes;
  }

  @Test
  void deadband_isMeasuredFromTheLastGiven() {
    Deadband deadband = Deadband.parse(List.of("f:1"), Duration.ZERO);
    HashState state = new HashState();
    assertThat(passes(deadband, state, "10", 1)).isTrue();
    assertThat(passes(deadband, state, "10.6", 2)).isFalse();
    assertThat(passes(deadband, state, "11.2", 3)).isTrue();
    assertThat(passes(deadband, state, "off", 4)).isTrue();
    assertThat(passes(deadband, state, "11.2", 5)).isTrue();
  }

  @Test
  void deadband_percentAndDefault() {
    Deadband deadband = Deadband.parse(List.of("*:10%", "g:0"), Duration.ZERO);
    HashState state = new HashState();
    assertThat(passes(deadband, state, "100", 1)).isTrue();
    assertThat(passes(deadband, state, "109", 2)).isFalse();
    assertThat(passes(deadband, state, "111", 3)).isTrue();
  }

  @Test
  void minInterval_givesTheLatestAfterwards() {
    Deadband deadband = Deadband.parse(List.of(), Duration.ofSeconds(1));
    HashState state = new HashState();
    assertThat(passes(deadband, state, "1", 10_000)).isTrue();
    assertThat(passes(deadband, state, "2", 10_500)).isFalse();
    assertThat(passes(deadband, state, "2", 11_000)).isTrue();
    assertThat(passes(deadband, state, "2", 12_500)).isFalse();
    assertThat(passes(deadband, state, "3", 11_500)).isFalse();
    assertThat(passes(deadband, state, "3", 5_000)).isTrue();
  }

  private static long hash(String text) {
    return Bytes.hash(Bytes.of(text));
  }
}
