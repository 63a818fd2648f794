/** Computes windows from points, for back ends whose database is slower at it. */
@NullMarked
package com.voltageems.hissrv.query.store.fold;

import org.jspecify.annotations.NullMarked;
