package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteTest {
  private static final long SECOND = 1_753_790_700L;

  private final Site site = new Site(7);

  @Test
  void channels_areAsMany_asTheDemonstrationPromises() {
    assertThat(site.channels()).hasSize(4);
    assertThat(site.channels()).allMatch(c -> c.points().size() >= 3 && c.points().size() <= 12);
  }

  @Test
  void text_isAFunctionOfTimeAlone() {
    Site.Channel meter = site.channels().get(0);
    Site.Point voltage = meter.points().get(0);
    assertThat(site.text(meter, voltage, SECOND))
        .isEqualTo(new Site(7).text(meter, voltage, SECOND))
        .isNotEqualTo(site.text(meter, voltage, SECOND + 1))
        .matches("2[23]\\d\\.\\d{6}");
  }

  @Test
  void battery_writesNaNNowAndThen() {
    Site.Channel battery = site.channels().get(2);
    Site.Point resistance = battery.points().get(4);
    List<String> texts = new ArrayList<>();
    for (long second = SECOND; second < SECOND + 90; second++) {
      texts.add(site.text(battery, resistance, second));
      assertThat(site.number(battery, resistance, second).isEmpty())
          .isEqualTo(texts.get(texts.size() - 1).equals("NaN"));
    }
    assertThat(texts).filteredOn("NaN"::equals).hasSize(2);
  }

  @Test
  void chiller_fallsSilentAndComesBack() {
    Site.Channel chiller = site.channels().get(3);
    int silent = 0;
    for (long second = SECOND; second < SECOND + 90; second++) {
      silent += site.isSilent(chiller, second) ? 1 : 0;
    }
    assertThat(silent).isEqualTo(20);
    assertThat(site.isSilent(site.channels().get(0), SECOND)).isFalse();
  }

  @Test
  void pendingElement_carriesItsValueAndTime() {
    long second = SECOND - SECOND % Site.PENDING_EVERY;
    assertThat(site.pendingElement(second))
        .hasValueSatisfying(
            element ->
                assertThat(element)
                    .contains("\"timestamp\":" + second)
                    .contains("\"test_value\":" + site.pendingValue(second)));
    assertThat(site.pendingElement(second + 1)).isEmpty();
  }
}
