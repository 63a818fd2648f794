package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteTest {
  private static final long SECOND = 1_753_790_700L;

  private final Site site = new Site(7, ZoneOffset.UTC);

  @Test
  void channels_areAsMany_asTheDemonstrationPromises() {
    assertThat(site.channels()).hasSize(6);
    assertThat(site.channels()).allMatch(c -> c.points().size() >= 3 && c.points().size() <= 12);
  }

  @Test
  void text_isAFunctionOfTimeAlone() {
    Site.Channel meter = site.channels().get(0);
    Site.Point voltage = meter.points().get(0);
    assertThat(site.text(meter, voltage, SECOND))
        .isEqualTo(new Site(7, ZoneOffset.UTC).text(meter, voltage, SECOND))
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

  /** 2025-07-29 at an hour UTC. */
  private static long at(double hour) {
    return 1_753_747_200L + (long) (hour * 3600);
  }

  private double number(int channel, String point, long second) {
    Site.Channel found =
        site.channels().stream().filter(one -> one.id() == channel).findFirst().orElseThrow();
    return site.number(
            found,
            found.points().stream().filter(one -> one.id().equals(point)).findFirst().orElseThrow(),
            second)
        .orElseThrow();
  }

  @Test
  void chiller_fallsSilentAtNoon_theGatewaySaysWhy_andItComesBack() {
    Site.Channel chiller = site.channels().get(3);
    assertThat(site.isSilent(chiller, at(11.99))).isFalse();
    assertThat(site.isSilent(chiller, at(12))).isTrue();
    assertThat(number(1000, "1", at(12.5))).isZero();
    assertThat(site.isSilent(chiller, at(12.7))).isFalse();
    assertThat(number(1000, "1", at(12.7))).isOne();
    assertThat(site.isSilent(chiller, at(15 + 20.5 / 60))).as("two minutes an hour").isTrue();
    assertThat(site.isSilent(site.channels().get(0), at(12))).isFalse();
  }

  @Test
  void day_hasSunAndABatteryThatFollowsIt() {
    assertThat(number(1002, "10003", at(12))).isGreaterThan(30);
    assertThat(number(1002, "10003", at(23))).isZero();
    assertThat(number(1003, "1", at(15))).isGreaterThan(number(1003, "1", at(9)) + 50);
    assertThat(number(1003, "1", at(23))).isLessThan(number(1003, "1", at(15)) - 50);
    double grid = number(1001, "7", at(20));
    double load = number(1005, "1", at(20));
    assertThat(load - number(1003, "6", at(20))).isBetween(grid - 1, grid + 1);
  }

  @Test
  void counter_onlyGoesUp() {
    double before = 0;
    for (int minute = 0; minute < 2880; minute++) {
      double now = number(1001, "12", at(minute / 60.0));
      assertThat(now).isGreaterThan(before);
      before = now;
    }
  }

  @Test
  void past_saysWhatTheDevicesWouldHaveSaid() {
    List<String> elements = site.past(at(9));

    assertThat(elements).hasSize(7);
    assertThat(elements.get(0))
        .startsWith("{\"measurement\":\"telemetry\",\"timestamp\":" + at(9))
        .contains("\"tags\":{\"channel\":\"1001\",\"type\":\"m\"}")
        .contains(
            "\"1\":"
                + site.text(site.channels().get(0), site.channels().get(0).points().get(0), at(9)));
    assertThat(site.past(at(12.25))).as("without the chiller").hasSize(6);
    assertThat(elements).noneMatch(one -> one.contains("NaN"));
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
