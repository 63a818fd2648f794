/**
 * Starts the query service: reads the settings, wires the parts, serves until it is asked to stop.
 */
@NullMarked
package com.voltageems.hissrv.query;

import org.jspecify.annotations.NullMarked;
