/** What every plugin of ours has to do; their tests extend these classes. */
@NullMarked
package com.voltageems.hissrv.testkit.contract;

import org.jspecify.annotations.NullMarked;
