/** The behaviour that all our plugins must have; their tests extend these classes. */
@NullMarked
package com.voltageems.hissrv.testkit.contract;

import org.jspecify.annotations.NullMarked;
