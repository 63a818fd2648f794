/** The whole system under load while its parts are replaced, or killed, one by one. */
@NullMarked
package com.voltageems.hissrv.quickstart.load;

import org.jspecify.annotations.NullMarked;
