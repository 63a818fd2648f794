/** Checks whether the database answers, and shows what it was given and what it has shown. */
@NullMarked
package com.voltageems.hissrv.query.health.store;

import org.jspecify.annotations.NullMarked;
