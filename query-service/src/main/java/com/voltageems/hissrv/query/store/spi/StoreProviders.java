package com.voltageems.hissrv.query.store.spi;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** The back ends on the class path. */
public final class StoreProviders {
  private static final List<StoreProvider> ALL = load(StoreProviders.class.getClassLoader());

  private StoreProviders() {}

  /**
   * Those that this loader knows, by type.
   *
   * @throws IllegalStateException when two have one type, or one declares another's settings
   */
  static List<StoreProvider> load(ClassLoader loader) {
    List<StoreProvider> all =
        ServiceLoader.load(StoreProvider.class, loader).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(StoreProvider::type))
            .toList();
    for (StoreProvider provider : all) {
      String type = provider.type();
      if (all.stream().filter(one -> one.type().equals(type)).count() > 1) {
        throw new IllegalStateException("two back ends are called " + type);
      }
      String prefix = "store." + type + ".";
      if (!provider.settings().stream().allMatch(one -> one.key().startsWith(prefix))) {
        throw new IllegalStateException("settings of " + type + " must begin with " + prefix);
      }
    }
    return all;
  }

  /** All, by type. */
  public static List<StoreProvider> all() {
    return ALL;
  }

  public static List<String> types() {
    return ALL.stream().map(StoreProvider::type).toList();
  }

  /**
   * The one of this type, in any letter case.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static StoreProvider of(String type) {
    String wanted = type.toLowerCase(Locale.ROOT);
    return ALL.stream()
        .filter(one -> one.type().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(type));
  }
}
