/** How a database's back end is found and opened; a site can bring its own. */
@NullMarked
package com.voltageems.hissrv.query.store.spi;

import org.jspecify.annotations.NullMarked;
