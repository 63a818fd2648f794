package com.voltageems.hissrv.query.config;

/** A setting that cannot be used. The message is one line for the user: key, value, remedy. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
