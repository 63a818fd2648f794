/** How a database's back end is found and opened. A site can bring its own back end. */
@NullMarked
package com.voltageems.hissrv.query.store.spi;

import org.jspecify.annotations.NullMarked;
