/** Records as other people's applications write them. */
@NullMarked
package com.voltageems.hissrv.testkit.apicurio;

import org.jspecify.annotations.NullMarked;
