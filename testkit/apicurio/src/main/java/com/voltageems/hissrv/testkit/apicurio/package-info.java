/** Records as written by applications of other people. */
@NullMarked
package com.voltageems.hissrv.testkit.apicurio;

import org.jspecify.annotations.NullMarked;
