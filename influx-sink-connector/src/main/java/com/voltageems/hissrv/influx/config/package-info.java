/** The sink's settings, and the checks of single values. */
@NullMarked
package com.voltageems.hissrv.influx.config;

import org.jspecify.annotations.NullMarked;
