/** One file for a site, hissrv.yml: read, compiled, compared, submitted, watched. */
@NullMarked
package com.voltageems.hissrv.query.site;

import org.jspecify.annotations.NullMarked;
