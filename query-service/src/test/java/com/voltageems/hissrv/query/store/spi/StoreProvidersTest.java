package com.voltageems.hissrv.query.store.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.sample.MemoryProvider;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.questdb.QuestDbProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreProvidersTest {
  /** A jar beside ours that names these providers. */
  private static URLClassLoader beside(Path dir, String... providers) throws IOException {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.write(services.resolve(StoreProvider.class.getName()), List.of(providers));
    return new URLClassLoader(
        new URL[] {dir.toUri().toURL()}, StoreProvidersTest.class.getClassLoader());
  }

  @Test
  void backEnds_areThoseOnTheClassPath() {
    assertThat(StoreProviders.types()).containsExactly("influxdb1", "influxdb2", "questdb");
    assertThat(StoreProviders.of("QuestDB")).isInstanceOf(QuestDbProvider.class);
    assertThatThrownBy(() -> StoreProviders.of("memory"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void siteMayBringItsOwn(@TempDir Path dir) throws IOException {
    try (URLClassLoader loader = beside(dir, MemoryProvider.class.getName())) {
      List<StoreProvider> found = StoreProviders.load(loader);
      assertThat(found)
          .extracting(StoreProvider::type)
          .containsExactly("influxdb1", "influxdb2", "memory", "questdb");
      StoreProvider memory = found.get(2);
      StoreSettings settings =
          new StoreSettings(memory.settings(), Map.of("store.memory.points", "5"), 6);
      try (HistoryStore store = memory.open(settings)) {
        assertThat(store.ping(Duration.ofSeconds(1))).isEqualTo("memory");
      }
    }
  }

  @Test
  void twoOfOneType_areRefused(@TempDir Path dir) throws IOException {
    try (URLClassLoader loader =
        beside(dir, MemoryProvider.class.getName(), Second.class.getName())) {
      assertThatThrownBy(() -> StoreProviders.load(loader))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("two back ends are called memory");
    }
  }

  @Test
  void settingsOfAnother_areRefused(@TempDir Path dir) throws IOException {
    try (URLClassLoader loader = beside(dir, Greedy.class.getName())) {
      assertThatThrownBy(() -> StoreProviders.load(loader))
          .hasMessage("settings of greedy must begin with store.greedy.");
    }
  }

  /** Called like the sample. */
  public static final class Second implements StoreProvider {
    @Override
    public String type() {
      return "memory";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of();
    }

    @Override
    public HistoryStore open(StoreSettings settings) {
      throw new IllegalStateException("never opened");
    }
  }

  /** Declares what is the sample's. */
  public static final class Greedy implements StoreProvider {
    @Override
    public String type() {
      return "greedy";
    }

    @Override
    public List<Setting<?>> settings() {
      return new MemoryProvider().settings();
    }

    @Override
    public HistoryStore open(StoreSettings settings) {
      throw new IllegalStateException("never opened");
    }
  }
}
