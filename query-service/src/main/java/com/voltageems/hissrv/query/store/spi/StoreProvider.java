package com.voltageems.hissrv.query.store.spi;

import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.List;
import java.util.Optional;

/**
 * A kind of database that can hold the history. Found by {@link java.util.ServiceLoader}: a jar on
 * the class path with a file {@code META-INF/services} named after this interface adds one. See
 * {@code docs/guides/database.md}.
 */
public interface StoreProvider {
  /** What {@code store.type} calls it: small letters and digits. */
  String type();

  /** Its settings, each called {@code store.<type>.<something>}. */
  List<Setting<?>> settings();

  /**
   * Checks what the settings say together, each of which can be used by itself.
   *
   * @throws IllegalArgumentException for the user: key, what is wrong, remedy
   */
  default void check(StoreSettings settings) {}

  /**
   * Checks the files that the settings name, on the service's own machine.
   *
   * @throws IllegalArgumentException likewise, with the file
   */
  default void checkFiles(StoreSettings settings) {}

  /**
   * Checks that there is a login for raw queries that may only read.
   *
   * @throws IllegalArgumentException that names the setting that is missing or cannot be used
   */
  default void checkRaw(StoreSettings settings) {
    throw new IllegalArgumentException("store.type: " + type() + " has no raw queries");
  }

  /** Opens it. The database need not be there yet. */
  HistoryStore open(StoreSettings settings);

  /**
   * What keeps the history in several resolutions. Empty: how long this database keeps what is not
   * managed here, and no coarser copies are made.
   */
  default Optional<Tiers> tiers(StoreSettings settings) {
    return Optional.empty();
  }
}
