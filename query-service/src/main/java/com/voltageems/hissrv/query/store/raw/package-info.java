/** Statements in a database's own query language, with a read-only login. */
@NullMarked
package com.voltageems.hissrv.query.store.raw;

import org.jspecify.annotations.NullMarked;
