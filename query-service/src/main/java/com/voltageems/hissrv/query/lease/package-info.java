/** Decides which of several services does the work that only one may do. */
@NullMarked
package com.voltageems.hissrv.query.lease;

import org.jspecify.annotations.NullMarked;
