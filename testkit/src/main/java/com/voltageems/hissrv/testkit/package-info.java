/** Real servers, run as child processes, and the contract kits that every back end has to pass. */
@NullMarked
package com.voltageems.hissrv.testkit;

import org.jspecify.annotations.NullMarked;
