/** Windows computed from points, for back ends whose database takes longer for it. */
@NullMarked
package com.voltageems.hissrv.query.store.fold;

import org.jspecify.annotations.NullMarked;
