/** How many samples arrived, and how many were expected. Pure. */
@NullMarked
package com.voltageems.hissrv.query.completeness;

import org.jspecify.annotations.NullMarked;
