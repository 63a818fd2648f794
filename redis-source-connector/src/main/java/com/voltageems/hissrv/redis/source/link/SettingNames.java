package com.voltageems.hissrv.redis.source.link;

/** What the settings of the connection are called, for messages that say what to change. */
public final class SettingNames {
  public static final String MODE = "redis.mode";
  public static final String NODES = "redis.nodes";
  public static final String PASSWORD = "redis.password";
  public static final String TLS_KEYSTORE = "redis.tls.keystore.path";
  public static final String URI = "redis.uri";
  public static final String USERNAME = "redis.username";

  private SettingNames() {}
}
