/**
 * TLS to the parts of a site with the site's own certificates: reads them, reads them again, and
 * explains failures.
 */
@NullMarked
package com.voltageems.hissrv.query.tls;

import org.jspecify.annotations.NullMarked;
