/**
 * What the service needs from a time-series database, independent of any database's query language.
 */
@NullMarked
package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.NullMarked;
