package com.voltageems.hissrv.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;

class SettingTest {
  private enum Empty {
    REPORT,
    REPORT_MISSING
  }

  private static final Setting<String> URL = Setting.text("url").high().doc("Where it is.");
  private static final Setting<Optional<String>> ORG = Setting.optionalText("org");
  private static final Setting<Optional<Password>> TOKEN = Setting.secret("token");
  private static final Setting<Duration> LINGER = Setting.millis("linger.ms", 200, 0, 60_000).low();
  private static final Setting<Integer> BATCH = Setting.count("batch", 10, 1, Integer.MAX_VALUE);
  private static final Setting<Boolean> GZIP = Setting.flag("gzip", false);
  private static final Setting<Empty> EMPTY = Setting.choice("empty", Empty.REPORT_MISSING);
  private static final Setting<List<Integer>> NUMBERS =
      Setting.list("numbers", "1,2")
          .valid("whole numbers", Integer::parseInt)
          .as(texts -> texts.stream().map(Integer::valueOf).toList());

  private static final ConfigDef DEF =
      new SettingGroups()
          .add("Database", URL, ORG, TOKEN)
          .add("Writing", LINGER, BATCH, GZIP, EMPTY, NUMBERS)
          .def();

  private static AbstractConfig config(Map<String, String> given) {
    return new AbstractConfig(DEF, given, false);
  }

  @Test
  void in_settingsLeftOut_givesTheDefaults() {
    AbstractConfig config = config(Map.of("url", "http://a"));

    assertThat(URL.in(config)).isEqualTo("http://a");
    assertThat(ORG.in(config)).isEmpty();
    assertThat(TOKEN.in(config)).isEmpty();
    assertThat(LINGER.in(config)).isEqualTo(Duration.ofMillis(200));
    assertThat(BATCH.in(config)).isEqualTo(10);
    assertThat(GZIP.in(config)).isFalse();
    assertThat(EMPTY.in(config)).isEqualTo(Empty.REPORT_MISSING);
    assertThat(NUMBERS.in(config)).containsExactly(1, 2);
  }

  @Test
  void in_settingsGiven_readsThem() {
    AbstractConfig config =
        config(
            Map.of(
                "url",
                "http://a",
                "org",
                "voltage",
                "token",
                " with blanks \n",
                "linger.ms",
                "0",
                "gzip",
                "true",
                "empty",
                "report",
                "numbers",
                "7, 8"));

    assertThat(ORG.in(config)).contains("voltage");
    assertThat(TOKEN.in(config)).contains(new Password(" with blanks "));
    assertThat(LINGER.in(config)).isEqualTo(Duration.ZERO);
    assertThat(GZIP.in(config)).isTrue();
    assertThat(EMPTY.in(config)).isEqualTo(Empty.REPORT);
    assertThat(NUMBERS.in(config)).containsExactly(7, 8);
  }

  @Test
  void emptyOptionalText_isLikeOneLeftOut() {
    assertThat(ORG.in(config(Map.of("url", "http://a", "org", "")))).isEmpty();
  }

  @Test
  void wrongValues_areRefusedWithTheSettingTheValueAndWhatIsValid() {
    assertThatThrownBy(() -> config(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("\"url\"");
    assertThatThrownBy(() -> config(Map.of("url", "a", "linger.ms", "60001")))
        .hasMessageContaining("linger.ms")
        .hasMessageContaining("60001");
    assertThatThrownBy(() -> config(Map.of("url", "a", "empty", "sometimes")))
        .hasMessageContaining("sometimes for configuration empty")
        .hasMessageContaining("report | report-missing");
    assertThatThrownBy(() -> config(Map.of("url", "a", "numbers", "1,x")))
        .hasMessageContaining("x for configuration numbers")
        .hasMessageContaining("whole numbers");
  }

  @Test
  void under_putsThePrefixBeforeTheNameAndReadsThere() {
    Setting<Duration> mine = LINGER.under("sources.a.");
    ConfigDef def = new SettingGroups().add("source a", mine).def();

    assertThat(mine.name()).isEqualTo("sources.a.linger.ms");
    assertThat(mine.in(new AbstractConfig(def, Map.of("sources.a.linger.ms", "5"), false)))
        .isEqualTo(Duration.ofMillis(5));
  }

  @Test
  void groups_keepTheOrderOfTheirSettings() {
    assertThat(DEF.configKeys().get("batch"))
        .isNotNull()
        .satisfies(key -> assertThat(key.group).isEqualTo("Writing"))
        .satisfies(key -> assertThat(key.orderInGroup).isEqualTo(2));
    assertThat(DEF.configKeys().get("url"))
        .isNotNull()
        .satisfies(key -> assertThat(key.importance).isEqualTo(ConfigDef.Importance.HIGH))
        .satisfies(key -> assertThat(key.documentation).isEqualTo("Where it is."));
  }

  @Test
  void groups_aSettingTwice_isRefused() {
    assertThatThrownBy(() -> new SettingGroups().add("A", GZIP).add("B", GZIP))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gzip");
  }

  @Test
  void names_areLettersDigitsUnderscoresAndHyphensEachOnce() {
    ConfigDef def =
        new SettingGroups()
            .add("A", Setting.list("sources").valid(Validators.nonEmptyNames()))
            .def();

    assertThat(new AbstractConfig(def, Map.of("sources", "a,b-1"), false).getList("sources"))
        .containsExactly("a", "b-1");
    for (String wrong : List.of("a.b", "a,b,a", "")) {
      assertThatThrownBy(() -> new AbstractConfig(def, Map.of("sources", wrong), false))
          .as(wrong)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("sources");
    }
  }
}
