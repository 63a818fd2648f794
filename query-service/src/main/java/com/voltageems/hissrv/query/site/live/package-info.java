/** The running service: watches its file and applies valid changes without a restart. */
@NullMarked
package com.voltageems.hissrv.query.site.live;

import org.jspecify.annotations.NullMarked;
