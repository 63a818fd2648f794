/** Rows as files: in the order of time, written while they come from the database. */
@NullMarked
package com.voltageems.hissrv.query.http.export;

import org.jspecify.annotations.NullMarked;
