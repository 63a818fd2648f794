/** The running service: it watches its file, and takes a good change without a restart. */
@NullMarked
package com.voltageems.hissrv.query.site.live;

import org.jspecify.annotations.NullMarked;
