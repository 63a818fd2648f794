/** The calls of the VoltageEMS web application. */
@NullMarked
package com.voltageems.hissrv.query.http.hisapi;

import org.jspecify.annotations.NullMarked;
