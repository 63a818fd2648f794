/** How a range of time is divided into windows, free of any database's language. Pure. */
@NullMarked
package com.voltageems.hissrv.query.store.window;

import org.jspecify.annotations.NullMarked;
