/** Tests and measurements of the window script against real Redis servers. */
@NullMarked
package com.voltageems.hissrv.lua;

import org.jspecify.annotations.NullMarked;
