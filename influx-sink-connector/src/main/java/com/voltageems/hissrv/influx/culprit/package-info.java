/** Search for the lines and fields that a refusal is about. */
@NullMarked
package com.voltageems.hissrv.influx.culprit;

import org.jspecify.annotations.NullMarked;
