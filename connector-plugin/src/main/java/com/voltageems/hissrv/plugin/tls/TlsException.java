package com.voltageems.hissrv.plugin.tls;

import org.apache.kafka.common.config.ConfigException;

/** A TLS file or text in the configuration is not right. */
public final class TlsException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String setting;
  private final String problem;

  public TlsException(String setting, String problem) {
    super(setting + " " + problem);
    this.setting = setting;
    this.problem = problem;
  }

  /** Returns the setting at fault. */
  public String setting() {
    return setting;
  }

  /** Returns what is wrong, worded to follow the setting's name; never contains a secret. */
  public String problem() {
    return problem;
  }
}
