/** Statements in a database's own language, over a login that may only read. */
@NullMarked
package com.voltageems.hissrv.query.store.raw;

import org.jspecify.annotations.NullMarked;
