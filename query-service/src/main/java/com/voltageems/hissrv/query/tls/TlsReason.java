package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsFailure;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import java.util.Map;
import java.util.Optional;

/** Explains in plain words why a call failed, if TLS was the reason. */
public final class TlsReason {
  private static final int DEEPEST = 20;

  private TlsReason() {}

  /**
   * Returns the reason, with the file of the setting to check; empty if TLS was not the reason.
   *
   * @param texts the settings that are set
   */
  public static Optional<TlsFailure.Found> of(
      Throwable failure, TlsSettings names, Map<String, String> texts, Tls tls) {
    Throwable each = failure;
    for (int i = 0; i < DEEPEST && each != null; i++) {
      Optional<TlsFailure.Found> found = TlsFailure.describe(each, names, tls);
      if (found.isPresent()) {
        return found.map(reason -> withFile(reason, texts));
      }
      each = each.getCause();
    }
    return Optional.empty();
  }

  /** Adds the file, if the setting names one and the reason does not. */
  static TlsFailure.Found withFile(TlsFailure.Found found, Map<String, String> texts) {
    String setting = found.setting();
    String file = setting == null ? "" : texts.getOrDefault(setting, "");
    boolean isFile = setting != null && setting.matches(".*\\.(location|path)");
    return file.isEmpty() || !isFile || found.reason().contains(file)
        ? found
        : new TlsFailure.Found(setting, found.reason() + "; now it names " + file);
  }
}
