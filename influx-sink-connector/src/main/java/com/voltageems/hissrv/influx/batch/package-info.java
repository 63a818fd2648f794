/** Lines on their way to the database, and the records that they come from. */
@NullMarked
package com.voltageems.hissrv.influx.batch;

import org.jspecify.annotations.NullMarked;
