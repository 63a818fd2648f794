/** History in QuestDB, read over its PostgreSQL wire protocol. */
@NullMarked
package com.voltageems.hissrv.query.store.questdb;

import org.jspecify.annotations.NullMarked;
