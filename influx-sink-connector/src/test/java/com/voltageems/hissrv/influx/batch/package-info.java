@NullMarked
package com.voltageems.hissrv.influx.batch;

import org.jspecify.annotations.NullMarked;
