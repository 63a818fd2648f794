package com.voltageems.hissrv.redis.source;

/** Version of this archive, from its manifest. */
final class Version {
  private Version() {}

  static String get() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
