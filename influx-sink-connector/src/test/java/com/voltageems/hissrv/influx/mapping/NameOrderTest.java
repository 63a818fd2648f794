package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NameOrderTest {
  @Test
  void fields_areSortedAsByList_whateverCameBefore() {
    NameOrder order = new NameOrder();
    for (int seed = 0; seed < 2_000; seed++) {
      // A few orders come again and again, as they do in topics; a name may appear twice.
      SplittableRandom random = new SplittableRandom(seed % 150);
      List<Point.Field> fields = new ArrayList<>();
      int count = random.nextInt(6);
      for (int i = 0; i < count; i++) {
        fields.add(new Point.Field("f" + random.nextInt(5), new FieldValue.Int64(seed * 10L + i)));
      }
      List<Point.Field> expected = new ArrayList<>(fields);
      expected.sort(Comparator.comparing(Point.Field::name));
      order.sortFields(fields);
      assertThat(fields).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
