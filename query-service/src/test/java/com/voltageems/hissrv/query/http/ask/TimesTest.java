package com.voltageems.hissrv.query.http.ask;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "now, 2025-08-21T10:00:00Z",
    "now-1h, 2025-08-21T09:00:00Z",
    "now+2d, 2025-08-23T10:00:00Z",
    "now 2d, 2025-08-23T10:00:00Z",
    "-1h, 2025-08-21T09:00:00Z",
    "-7d, 2025-08-14T10:00:00Z",
    "1755770400, 2025-08-21T10:00:00Z",
    "1755770400123, 2025-08-21T10:00:00.123Z",
    "0, 1970-01-01T00:00:00Z",
    "2025-08-21, 2025-08-21T00:00:00Z",
    "2025-08-21 10:11:12, 2025-08-21T10:11:12Z",
    "2025-08-21T10:11, 2025-08-21T10:11:00Z",
    "2025-08-21T10:11:12.5Z, 2025-08-21T10:11:12.500Z",
    "2025-08-21T10:11:12+08:00, 2025-08-21T02:11:12Z",
    "2025-08-21T10:11:12 08:00, 2025-08-21T02:11:12Z",
    "2025-08-21T10:11:12-02:00, 2025-08-21T12:11:12Z",
  })
  void time_inEveryWriting(String text, String expected) {
    assertThat(Times.time(text, NOW, ZoneOffset.UTC))
        .contains(Instant.parse(expected).toEpochMilli());
  }

  /** Days of the zone's calendar: in Berlin one of these has 23 hours. */
  @ParameterizedTest
  @CsvSource({
    "today, 2026-03-29T22:00:00Z",
    "yesterday, 2026-03-28T23:00:00Z",
    "today-2d, 2026-03-27T23:00:00Z",
    "yesterday-1d, 2026-03-27T23:00:00Z",
    "today+1d, 2026-03-30T22:00:00Z",
  })
  void day_ofTheZone(String text, String expected) {
    Instant now = Instant.parse("2026-03-30T10:00:00Z");
    assertThat(Times.time(text, now, ZoneId.of("Europe/Berlin")))
        .contains(Instant.parse(expected).toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "-1",
        "20250-08-21",
        "2025-13-01",
        "2025-02-30",
        "2025-08-21T25:00:00Z",
        "now-",
        "now+999999999w",
        "now-999999999w",
        "-9999-01-01T00:00:00Z",
        "+10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00+18:00",
        "now-1x",
        "-1x",
        "-0s",
        "-",
        "1h",
        "+1h",
        "now-0s",
        "tomorrow",
        "today-",
        "today-1h",
        "today-100000d",
        "123456789012345",
        "1e9",
        "2025-08-21T",
        "2025-08-21x10:00:00"
      })
  void time_thatIsNone(String text) {
    assertThat(Times.time(text, NOW, ZoneOffset.UTC)).isEmpty();
  }

  @Test
  void length_needsACountAndAUnit() {
    assertThat(Times.length("500ms")).contains(Duration.ofMillis(500));
    assertThat(Times.length("90s")).contains(Duration.ofSeconds(90));
    assertThat(Times.length("2w")).contains(Duration.ofDays(14));
    assertThat(Times.length("0s")).isEmpty();
    assertThat(Times.length("1")).isEmpty();
    assertThat(Times.length("-1s")).isEmpty();
    assertThat(Times.length("1y")).isEmpty();
    assertThat(Times.length("9999999999s")).isEmpty();
  }

  @Test
  void iso_hasMillisecondsAlwaysAndMicrosecondsWhereTheyAre() {
    assertThat(Times.iso(1_755_770_400_000_000L)).isEqualTo("2025-08-21T10:00:00.000Z");
    assertThat(Times.iso(1_755_770_400_120_000L)).isEqualTo("2025-08-21T10:00:00.120Z");
    assertThat(Times.iso(1_755_770_400_120_001L)).isEqualTo("2025-08-21T10:00:00.120001Z");
    assertThat(Times.iso(-1)).isEqualTo("1969-12-31T23:59:59.999999Z");
  }

  /** Written digit by digit, and the same as by Java's formatter. */
  @Test
  void isoText_isThatOfTheFormatter() {
    Random random = new Random(7);
    IsoText iso = new IsoText();
    for (int i = 0; i < 200_000; i++) {
      long micros = (long) (random.nextGaussian() * 4e15);
      if (random.nextBoolean()) {
        micros = micros / 1000 * 1000;
      }
      if (random.nextInt(1000) == 0) {
        micros = random.nextLong() / 100;
      }
      int length = iso.write(micros);
      String slow = IsoText.slow(micros);
      if (length < 0) {
        assertThat(slow).matches("[+-].*");
      } else {
        assertThat(new String(iso.chars(), 0, length)).isEqualTo(slow);
      }
    }
  }
}
