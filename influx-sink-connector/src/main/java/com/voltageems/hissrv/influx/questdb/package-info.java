/** What is special about QuestDB: its names have no letter case, and tags are columns as fields. */
@NullMarked
package com.voltageems.hissrv.influx.questdb;

import org.jspecify.annotations.NullMarked;
