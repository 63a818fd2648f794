/** The threads of this process, and its end. */
@NullMarked
package com.voltageems.hissrv.query.process;

import org.jspecify.annotations.NullMarked;
