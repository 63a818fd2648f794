/** TLS to the parts of a site, with its own certificates: read, read again, and what failed. */
@NullMarked
package com.voltageems.hissrv.query.tls;

import org.jspecify.annotations.NullMarked;
