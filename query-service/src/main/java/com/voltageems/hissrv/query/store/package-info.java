/** What the service asks of a time-series database, free of any database's language. */
@NullMarked
package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.NullMarked;
