@NullMarked
package com.voltageems.hissrv.influx.show;

import org.jspecify.annotations.NullMarked;
