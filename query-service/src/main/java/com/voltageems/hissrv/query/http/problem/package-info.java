/** Failures as clients see them, in the form of RFC 9457. */
@NullMarked
package com.voltageems.hissrv.query.http.problem;

import org.jspecify.annotations.NullMarked;
