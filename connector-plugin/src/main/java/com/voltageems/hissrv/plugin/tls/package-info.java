/**
 * TLS with a site's own certificates: the settings, errors in them, and explanations of failed
 * connections.
 */
@NullMarked
package com.voltageems.hissrv.plugin.tls;

import org.jspecify.annotations.NullMarked;
