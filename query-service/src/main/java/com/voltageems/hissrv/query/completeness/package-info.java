/** How many samples came of how many expected. Pure. */
@NullMarked
package com.voltageems.hissrv.query.completeness;

import org.jspecify.annotations.NullMarked;
