/** Command that shows the lines of a record. */
@NullMarked
package com.voltageems.hissrv.influx.show;

import org.jspecify.annotations.NullMarked;
