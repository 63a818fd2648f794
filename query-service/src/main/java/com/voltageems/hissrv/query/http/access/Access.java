package com.voltageems.hissrv.query.http.access;

import io.javalin.security.RouteRole;

/**
 * The permission that a call needs. A route names it as its role; without one, GET and HEAD need
 * {@link #READ} and every other method needs {@link #WRITE}.
 */
public enum Access implements RouteRole {
  /** No token: for the page's files and the call of a load balancer. */
  OPEN,
  /** A read token, if one is set. */
  READ,
  /**
   * For making the source read now, which changes nothing but costs something: like {@link #WRITE}
   * if there is a write token, otherwise like {@link #READ} but not for the pages of other sites.
   */
  SYNC,
  /** A write token; if none is set, the caller must be on this machine. */
  WRITE
}
