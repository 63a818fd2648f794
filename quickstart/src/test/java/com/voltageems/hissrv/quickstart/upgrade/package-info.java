/** The whole system while its parts are replaced one by one by those of another version. */
@NullMarked
package com.voltageems.hissrv.quickstart.upgrade;

import org.jspecify.annotations.NullMarked;
