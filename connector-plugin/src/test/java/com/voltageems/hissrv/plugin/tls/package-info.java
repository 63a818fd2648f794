@NullMarked
package com.voltageems.hissrv.plugin.tls;

import org.jspecify.annotations.NullMarked;
