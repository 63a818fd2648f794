/** Real servers, run as child processes, for tests. */
@NullMarked
package com.voltageems.hissrv.testkit;

import org.jspecify.annotations.NullMarked;
