@NullMarked
package com.voltageems.hissrv.influx.questdb;

import org.jspecify.annotations.NullMarked;
