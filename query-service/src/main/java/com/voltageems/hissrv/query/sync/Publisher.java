package com.voltageems.hissrv.query.sync;

/** Where requests to the source go. */
interface Publisher {
  /**
   * Publishes a message on the control channel.
   *
   * @return how many listen; of a cluster only those on the node that was asked
   * @throws SyncException when Redis does not take it
   */
  long publish(String message) throws SyncException;
}
