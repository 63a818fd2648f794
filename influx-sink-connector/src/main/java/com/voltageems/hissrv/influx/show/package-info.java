/** A command that shows what becomes of a record. */
@NullMarked
package com.voltageems.hissrv.influx.show;

import org.jspecify.annotations.NullMarked;
