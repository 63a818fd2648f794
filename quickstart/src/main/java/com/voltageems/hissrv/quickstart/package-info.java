/**
 * The whole system on one machine, with real servers as child processes, fed by a simulated site.
 */
@NullMarked
package com.voltageems.hissrv.quickstart;

import org.jspecify.annotations.NullMarked;
