/** The whole system on one machine, on embedded parts, fed by a simulated site. */
@NullMarked
package com.voltageems.hissrv.quickstart;

import org.jspecify.annotations.NullMarked;
