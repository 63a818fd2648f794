@NullMarked
package com.voltageems.hissrv.influx.answer;

import org.jspecify.annotations.NullMarked;
