/** Which of several services does what only one may do. */
@NullMarked
package com.voltageems.hissrv.query.lease;

import org.jspecify.annotations.NullMarked;
