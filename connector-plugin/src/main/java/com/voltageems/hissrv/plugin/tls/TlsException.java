package com.voltageems.hissrv.plugin.tls;

import org.apache.kafka.common.config.ConfigException;

/** A file or a text of TLS is not right. */
public final class TlsException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String setting;
  private final String problem;

  public TlsException(String setting, String problem) {
    super(setting + " " + problem);
    this.setting = setting;
    this.problem = problem;
  }

  /** The setting at fault. */
  public String setting() {
    return setting;
  }

  /** What is wrong, to be read after the setting's name; never a secret. */
  public String problem() {
    return problem;
  }
}
