/** Who may call what: the one place where that is decided. */
@NullMarked
package com.voltageems.hissrv.query.http.access;

import org.jspecify.annotations.NullMarked;
