/** What a client gets: answers of the store as bytes. */
@NullMarked
package com.voltageems.hissrv.query.http.answer;

import org.jspecify.annotations.NullMarked;
