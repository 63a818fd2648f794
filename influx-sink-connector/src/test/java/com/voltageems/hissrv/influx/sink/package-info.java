@NullMarked
package com.voltageems.hissrv.influx.sink;

import org.jspecify.annotations.NullMarked;
