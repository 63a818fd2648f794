package com.voltageems.hissrv.query.http.access;

import io.javalin.security.RouteRole;

/**
 * What a call needs. A route says it as its role; without one, GET and HEAD need {@link #READ} and
 * every other method {@link #WRITE}.
 */
public enum Access implements RouteRole {
  /** Nothing: the page's files, and what a load balancer asks. */
  OPEN,
  /** A token to read, where there is one. */
  READ,
  /**
   * To make the source read now, which changes nothing but costs something: as {@link #WRITE} where
   * there is a token to write, otherwise as {@link #READ} but not for the pages of other sites.
   */
  SYNC,
  /** A token to write; where there is none, a caller on this machine. */
  WRITE
}
