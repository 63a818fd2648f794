/** Compiles a checked hissrv.yml into the settings of the connectors and of the service. Pure. */
@NullMarked
package com.voltageems.hissrv.query.site.compile;

import org.jspecify.annotations.NullMarked;
