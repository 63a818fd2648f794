package com.voltageems.hissrv.query.health;

/**
 * Checks one part. Called by one thread, again and again; a check must end roughly within the
 * configured timeout, and never hang for ever. An exception means that the part is down.
 */
public interface Probe extends AutoCloseable {
  /** Returns the part's name in {@code /health}: {@code store}, {@code kafka}, {@code connect}. */
  String name();

  Report check() throws Exception;

  @Override
  void close();
}
