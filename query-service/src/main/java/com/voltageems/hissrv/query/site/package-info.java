/** One file for a whole site, hissrv.yml: reads, compiles, compares, submits and watches it. */
@NullMarked
package com.voltageems.hissrv.query.site;

import org.jspecify.annotations.NullMarked;
