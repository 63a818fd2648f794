/** Delivery of batches: lines are written, refused, set aside or tried again. */
@NullMarked
package com.voltageems.hissrv.influx.delivery;

import org.jspecify.annotations.NullMarked;
