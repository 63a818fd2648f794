/** What the answers of the databases mean. Pure: no network, no clock. */
@NullMarked
package com.voltageems.hissrv.influx.answer;

import org.jspecify.annotations.NullMarked;
