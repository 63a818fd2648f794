@NullMarked
package com.voltageems.hissrv.influx.point;

import org.jspecify.annotations.NullMarked;
