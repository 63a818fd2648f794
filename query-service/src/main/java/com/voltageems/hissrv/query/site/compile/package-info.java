/** From a checked hissrv.yml to the connectors' settings and the service's. Pure. */
@NullMarked
package com.voltageems.hissrv.query.site.compile;

import org.jspecify.annotations.NullMarked;
