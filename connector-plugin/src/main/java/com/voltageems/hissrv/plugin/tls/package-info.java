/** TLS with certificates of a site's own: settings, what is wrong with them, what failed. */
@NullMarked
package com.voltageems.hissrv.plugin.tls;

import org.jspecify.annotations.NullMarked;
