/** Functions over windows that the service computes itself, identical for every database. Pure. */
@NullMarked
package com.voltageems.hissrv.query.function;

import org.jspecify.annotations.NullMarked;
