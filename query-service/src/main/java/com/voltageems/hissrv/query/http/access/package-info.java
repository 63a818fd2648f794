/** Decides who may call what; no other package does. */
@NullMarked
package com.voltageems.hissrv.query.http.access;

import org.jspecify.annotations.NullMarked;
