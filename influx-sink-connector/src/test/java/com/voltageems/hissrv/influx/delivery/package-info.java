@NullMarked
package com.voltageems.hissrv.influx.delivery;

import org.jspecify.annotations.NullMarked;
