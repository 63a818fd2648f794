package com.voltageems.hissrv.query.sync;

/** Sends requests to the source. */
interface Publisher {
  /**
   * Publishes a message on the control channel.
   *
   * @return the number of listeners; in a cluster only those on the node that was asked
   * @throws SyncException if Redis does not take the message
   */
  long publish(String message) throws SyncException;
}
