/** What a refusal is about: which lines and fields are to blame, and which are not. */
@NullMarked
package com.voltageems.hissrv.influx.culprit;

import org.jspecify.annotations.NullMarked;
