/** Settings: what they are called, what they may be, how their texts become values. Pure. */
@NullMarked
package com.voltageems.hissrv.query.setting;

import org.jspecify.annotations.NullMarked;
