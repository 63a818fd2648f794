@NullMarked
package com.voltageems.hissrv.influx.lane;

import org.jspecify.annotations.NullMarked;
