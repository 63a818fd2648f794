package com.voltageems.hissrv.query.store.spi;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** The back ends found on the class path. */
public final class StoreProviders {
  private static final List<StoreProvider> ALL = load(StoreProviders.class.getClassLoader());

  private StoreProviders() {}

  /**
   * Returns the back ends that this loader finds, sorted by type.
   *
   * @throws IllegalStateException if two back ends have the same type, or one declares settings of
   *     another
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

  /** Returns all back ends, sorted by type. */
  public static List<StoreProvider> all() {
    return ALL;
  }

  public static List<String> types() {
    return ALL.stream().map(StoreProvider::type).toList();
  }

  /**
   * Returns the back end of this type; the letter case does not matter.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StoreProvider of(String type) {
    String wanted = type.toLowerCase(Locale.ROOT);
    return ALL.stream()
        .filter(one -> one.type().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(type));
  }
}
