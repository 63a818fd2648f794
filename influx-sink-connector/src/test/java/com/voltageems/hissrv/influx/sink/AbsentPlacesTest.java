package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class AbsentPlacesTest {
  private final SinkMetrics metrics = new SinkMetrics(() -> 0);
  private final List<String> warnings = new ArrayList<>();
  private final AbsentPlaces places =
      new AbsentPlaces(record -> List.of("dev", "v"), metrics, warnings::add);

  private void look(String topic, int times, String... absent) {
    for (int i = 0; i < times; i++) {
      places.look(new SinkRecord(topic, 0, null, null, null, null, i), List.of(absent));
    }
  }

  private Object metric() {
    return Objects.requireNonNull(metrics.values().get("places-absent")).get();
  }

  @Test
  void placeThatNoRecordHas_isToldOnce_andCounted() {
    look("t", AbsentPlaces.ENOUGH - 1, "typo", "rare");
    assertThat(warnings).isEmpty();
    look("t", 1000, "typo", "rare");
    assertThat(warnings)
        .hasSize(2)
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith("typo is in none of the first 100 records of topic t")
                    .endsWith("the last record has dev, v"));
    assertThat(metric()).isEqualTo(2L);
    look("t", 1, "typo");
    assertThat(metric()).as("the rare one was right").isEqualTo(1L);
    look("t", 1);
    assertThat(metric()).isEqualTo(0L);
    look("t", 1000, "typo");
    assertThat(warnings).hasSize(2);
  }

  @Test
  void placeThatSomeRecordsHave_isOptional() {
    look("t", 50, "rare");
    look("t", 1);
    look("t", 1000, "rare");
    assertThat(warnings).isEmpty();
    assertThat(metric()).isEqualTo(0L);
  }

  @Test
  void topics_areLookedAtEachByItself() {
    look("t", 60, "typo");
    look("u", 60, "typo");
    assertThat(warnings).isEmpty();
    look("u", 60, "typo");
    look("t", 60, "typo");
    assertThat(warnings).hasSize(2);
    assertThat(metric()).isEqualTo(2L);
  }
}
