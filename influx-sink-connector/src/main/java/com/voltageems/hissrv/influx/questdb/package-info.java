/**
 * QuestDB's peculiarities: its names ignore letter case, and tags are columns just as fields are.
 */
@NullMarked
package com.voltageems.hissrv.influx.questdb;

import org.jspecify.annotations.NullMarked;
