package com.voltageems.hissrv.query.health;

/**
 * Looks at one part. Called by one thread, again and again; must end within the configured timeout,
 * give or take, and never stay away for ever. An exception means that the part is down.
 */
public interface Probe extends AutoCloseable {
  /** How the part is called in {@code /health}: {@code store}, {@code kafka}, {@code connect}. */
  String name();

  Report check() throws Exception;

  @Override
  void close();
}
