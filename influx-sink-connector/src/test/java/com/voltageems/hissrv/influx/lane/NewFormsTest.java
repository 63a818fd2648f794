package com.voltageems.hissrv.influx.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NewFormsTest {
  private static final FieldValue NUMBER = new FieldValue.Float64(230.1);

  private final NewForms forms = new NewForms();

  private static Point point(String measurement, String tag, String field, FieldValue value) {
    return new Point(
        measurement,
        List.of(new Point.Tag(tag, "device 17")),
        List.of(new Point.Field(field, value)),
        1_790_000_000_000_000_000L);
  }

  private static Point point(String field) {
    return point("m", "device", field, NUMBER);
  }

  @Test
  void pointsOfOneForm_shareOne_whateverComesBetween() {
    Point meter = forms.like(point("voltage"));
    Point battery = forms.like(point("soc"));
    assertThat(battery).isNotSameAs(meter);
    for (int i = 0; i < 3; i++) {
      assertThat(forms.like(point("m", "device", "voltage", new FieldValue.Float64(i))))
          .isSameAs(meter);
      assertThat(forms.like(point("soc"))).isSameAs(battery);
    }
  }

  @Test
  void pointsOfOtherNamesOrKinds_doNotShare() {
    List<Point> different =
        List.of(
            point("m", "device", "v", NUMBER),
            point("other", "device", "v", NUMBER),
            point("m", "other", "v", NUMBER),
            point("m", "device", "other", NUMBER),
            point("m", "device", "v", new FieldValue.Int64(1)),
            point("m", "device", "v", new FieldValue.Bool(true)),
            point("m", "device", "v", new FieldValue.Text("1")));
    assertThat(different.stream().map(forms::like)).doesNotHaveDuplicates();
  }

  @Test
  void whatIsKept_hasNamesAndKinds_butNoValues() {
    String text = "x".repeat(100_000);
    Point kept =
        forms.like(
            new Point(
                "m",
                List.of(new Point.Tag("device", text), new Point.Tag("site", text)),
                List.of(
                    new Point.Field("b", new FieldValue.Bool(true)),
                    new Point.Field("f", NUMBER),
                    new Point.Field("i", new FieldValue.Int64(42)),
                    new Point.Field("t", new FieldValue.Text(text))),
                1));
    assertThat(kept.measurement()).isEqualTo("m");
    assertThat(kept.tags()).extracting(Point.Tag::name).containsExactly("device", "site");
    assertThat(kept.tags()).allMatch(tag -> tag.value().length() == 1);
    assertThat(kept.fields())
        .containsExactly(
            new Point.Field("b", new FieldValue.Bool(false)),
            new Point.Field("f", new FieldValue.Float64(0)),
            new Point.Field("i", new FieldValue.Int64(0)),
            new Point.Field("t", new FieldValue.Text("")));
  }

  @Test
  void aThousandForms_areRemembered() {
    List<Point> kept = IntStream.range(0, 1_000).mapToObj(i -> forms.like(point("f" + i))).toList();
    assertThat(kept)
        .allSatisfy(
            form -> assertThat(forms.like(point(form.fields().get(0).name()))).isSameAs(form));
  }

  @Test
  void whatIsRemembered_isBounded_byTheLengthOfTheNames() {
    Point kept = forms.like(point("voltage"));
    String longName = "f".repeat(16_000);
    for (int i = 0; i < 100; i++) {
      forms.like(point(longName + i));
    }
    assertThat(forms.like(point("voltage"))).as("1.6 MB").isSameAs(kept);
    for (int i = 100; i < 300; i++) {
      forms.like(point(longName + i));
    }
    assertThat(forms.like(point("voltage"))).as("4.8 MB").isNotSameAs(kept);
  }
}
