/** The settings, and what is wrong with them when they are submitted. */
@NullMarked
package com.voltageems.hissrv.influx.config;

import org.jspecify.annotations.NullMarked;
