/** What a client asks: turns parameters into requests of the store. Pure. */
@NullMarked
package com.voltageems.hissrv.query.http.ask;

import org.jspecify.annotations.NullMarked;
