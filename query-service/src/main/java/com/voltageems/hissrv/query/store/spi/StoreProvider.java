package com.voltageems.hissrv.query.store.spi;

import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.util.List;

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

  /** Opens it. The database need not be there yet. */
  HistoryStore open(StoreSettings settings);
}
