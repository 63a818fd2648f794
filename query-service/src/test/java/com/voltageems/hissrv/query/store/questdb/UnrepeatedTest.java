package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.questdb.Unrepeated.Span;
import com.voltageems.hissrv.query.store.questdb.WindowStatement.Part;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.OneWindow;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnrepeatedTest {
  private static final FixedWindows TENS = new FixedWindows(10);
  private static final Field V = new Field("v", Field.Kind.NUMBER);

  @Test
  void range_isCutAtBoundariesOfWindows() {
    assertThat(Unrepeated.parts(TENS, 100, 200, null)).containsExactly(new Part(100, 200, false));
    assertThat(Unrepeated.parts(TENS, 100, 200, new Span(100, 200, 1)))
        .containsExactly(new Part(100, 200, true));
    assertThat(Unrepeated.parts(TENS, 100, 200, new Span(0, 155, 1)))
        .containsExactly(new Part(100, 150, true), new Part(150, 200, false));
    assertThat(Unrepeated.parts(TENS, 100, 200, new Span(141, 999, 1)))
        .containsExactly(new Part(100, 150, false), new Part(150, 200, true));
    assertThat(Unrepeated.parts(TENS, 100, 200, new Span(141, 159, 1)))
        .containsExactly(new Part(100, 200, false));
    assertThat(Unrepeated.parts(TENS, 100, 200, new Span(131, 169, 1)))
        .containsExactly(
            new Part(100, 140, false), new Part(140, 160, true), new Part(160, 200, false));
    for (Span elsewhere : List.of(new Span(0, 100, 1), new Span(200, 300, 1))) {
      assertThat(Unrepeated.parts(TENS, 100, 200, elsewhere))
          .containsExactly(new Part(100, 200, false));
    }
  }

  @Test
  void rangesOfNoWholeWindows_areKnownAsAWhole() {
    assertThat(Unrepeated.parts(TENS, 103, 197, new Span(103, 197, 1)))
        .containsExactly(new Part(103, 197, true));
    OneWindow one = new OneWindow(100, 200);
    assertThat(Unrepeated.parts(one, 100, 200, new Span(90, 200, 1)))
        .containsExactly(new Part(100, 200, true));
    assertThat(Unrepeated.parts(one, 100, 200, new Span(90, 199, 1)))
        .containsExactly(new Part(100, 200, false));
  }

  private static HistoryQuery query(Aggregation... functions) {
    return new HistoryQuery(
        new Selection(new Measurement("m", List.of(), List.of(V)), List.of(), 0, 10),
        Arrays.stream(functions).map(function -> new Column(V, function)).toList(),
        TENS,
        List.of(),
        false,
        10);
  }

  /** A window of one point that was written twice has no deviation, and so would not be seen. */
  @Test
  void deviationAlone_teachesNothing() {
    assertThat(Unrepeated.key(query(Aggregation.STDDEV))).isEmpty();
    assertThat(Unrepeated.key(query(Aggregation.STDDEV, Aggregation.MEAN)))
        .isEqualTo(Unrepeated.key(query(Aggregation.MAX)))
        .isPresent();
  }

  /** Where a part has repeats the whole has some; where the whole has, a part may have none. */
  @Test
  void repeats_areKnownOfWhatHoldsThem() {
    Unrepeated unrepeated = new Unrepeated();
    Unrepeated.Key key = Unrepeated.key(query(Aggregation.MEAN)).orElseThrow();
    assertThat(unrepeated.isRepeated(key, 0, 1000)).isFalse();

    unrepeated.learnRepeated(key, 100, 200);

    assertThat(unrepeated.isRepeated(key, 100, 200)).isTrue();
    assertThat(unrepeated.isRepeated(key, 0, 1000)).isTrue();
    assertThat(unrepeated.isRepeated(key, 150, 1000)).isFalse();
    assertThat(unrepeated.isRepeated(key, 0, 199)).isFalse();
  }

  @Test
  void whatIsYoung_isNotLearned() {
    assertThat(Unrepeated.settled(1000, 10_000_000)).isEqualTo(1000);
    assertThat(Unrepeated.settled(10_000_000, 10_000_000)).isEqualTo(9_700_000);
  }
}
