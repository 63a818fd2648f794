/** Tests of what is shipped: the plugin archives, the dashboards and the alert rules. */
@NullMarked
package com.voltageems.hissrv.deploy;

import org.jspecify.annotations.NullMarked;
