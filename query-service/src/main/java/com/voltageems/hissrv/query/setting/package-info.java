/** Settings: their names, their valid values, and the conversion of texts to values. Pure. */
@NullMarked
package com.voltageems.hissrv.query.setting;

import org.jspecify.annotations.NullMarked;
