/** How a time range is divided into windows, independent of any database's query language. Pure. */
@NullMarked
package com.voltageems.hissrv.query.store.window;

import org.jspecify.annotations.NullMarked;
