package com.voltageems.hissrv.redis.source.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

class SourceTypesTest {
  private static final Setting<String> KEY = Setting.text("key", "").doc("its key.");

  /** A source type that a developer might add. */
  private record Type(String name, List<Setting<?>> settings) implements SourceType {
    @Override
    public String doc() {
      return "such things.";
    }

    @Override
    public Set<Use> uses() {
      return Set.of();
    }

    @Override
    public Source source(SourceValues values) {
      return new Thing(values.common(), values.get(KEY));
    }
  }

  private record Thing(SourceCommon common, String key) implements Source {
    @Override
    public Map<String, String> problems(RedisSettings redis) {
      return Map.of();
    }

    @Override
    public SourceReader reader(ReaderContext context) {
      throw new AssertionError("nobody reads here");
    }
  }

  private static ConfigDef definition(SourceTypes types) {
    return new SettingGroups().add("g", types.settings("a")).def();
  }

  @Test
  void setting_isDefinedOnce_andSaysWhatItMeansToEachType() {
    SourceTypes types =
        new SourceTypes(
            List.of(
                new Type("one", List.of(KEY)),
                new Type("two", List.of(KEY)),
                new Type("three", List.of(KEY.doc("another key.")))));
    ConfigDef.ConfigKey key =
        Objects.requireNonNull(definition(types).configKeys().get("sources.a.key"));
    assertThat(key.documentation).isEqualTo("one, two: its key. three: another key.");
    assertThat(Arrays.stream(types.settings("a")).map(Setting::name))
        .containsExactly("sources.a.type", "sources.a.key", "sources.a.filter");
  }

  @Test
  void source_isMadeByItsType() {
    SourceTypes types =
        new SourceTypes(List.of(new Type("one", List.of(KEY)), new Type("two", List.of())));
    AbstractConfig config =
        new AbstractConfig(
            definition(types), Map.of("sources.a.type", "one", "sources.a.key", "k"));
    Source source =
        types.source(
            config,
            "a",
            "t.a",
            new SourceCommon.Intervals(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    assertThat(source).isInstanceOf(Thing.class).extracting("key").isEqualTo("k");
    assertThat(source.common().type()).isEqualTo("one");
    assertThat(source.common().topic()).isEqualTo("t.a");
  }

  @Test
  void typesThatContradict_areRefused() {
    assertThatThrownBy(
            () -> new SourceTypes(List.of(new Type("one", List.of()), new Type("one", List.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one");
    assertThatThrownBy(
            () ->
                new SourceTypes(
                    List.of(
                        new Type("one", List.of(KEY)),
                        new Type("two", List.of(Setting.flag("key", true))))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type two")
        .hasMessageContaining("key");
  }
}
