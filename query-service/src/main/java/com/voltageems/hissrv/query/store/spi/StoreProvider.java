package com.voltageems.hissrv.query.store.spi;

import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.List;
import java.util.Optional;

/**
 * A kind of database that can store the history. {@link java.util.ServiceLoader} finds the
 * providers: to add one, put a jar on the class path with a file {@code META-INF/services} named
 * after this interface. See {@code docs/guides/database.md}.
 */
public interface StoreProvider {
  /** Returns the name used in {@code store.type}: lower-case letters and digits. */
  String type();

  /** Returns the settings of this back end, each named {@code store.<type>.<something>}. */
  List<Setting<?>> settings();

  /**
   * Checks the settings together, after each of them was checked alone.
   *
   * @throws IllegalArgumentException with a message for the user: key, what is wrong, remedy
   */
  default void check(StoreSettings settings) {}

  /**
   * Checks the files that the settings name, on the machine of the service.
   *
   * @throws IllegalArgumentException with such a message, which also names the file
   */
  default void checkFiles(StoreSettings settings) {}

  /**
   * Checks that the settings have a read-only login for raw queries.
   *
   * @throws IllegalArgumentException that names the setting that is missing or unusable
   */
  default void checkRaw(StoreSettings settings) {
    throw new IllegalArgumentException("store.type: " + type() + " has no raw queries");
  }

  /** Opens the store. The database need not be available yet. */
  HistoryStore open(StoreSettings settings);

  /**
   * Returns the tiers, which store the history in several resolutions. Empty if hissrv does not
   * manage how long this database keeps its data, and makes no coarser copies in it.
   */
  default Optional<Tiers> tiers(StoreSettings settings) {
    return Optional.empty();
  }
}
