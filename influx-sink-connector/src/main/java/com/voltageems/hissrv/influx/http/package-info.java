/** Clients of the databases over HTTP. */
@NullMarked
package com.voltageems.hissrv.influx.http;

import org.jspecify.annotations.NullMarked;
