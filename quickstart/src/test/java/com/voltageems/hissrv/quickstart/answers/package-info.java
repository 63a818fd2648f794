/** What the whole system answers while its parts fail, against what was sent. */
@NullMarked
package com.voltageems.hissrv.quickstart.answers;

import org.jspecify.annotations.NullMarked;
