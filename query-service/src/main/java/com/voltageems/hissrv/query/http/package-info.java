/** HTTP: parameters to requests, answers to JSON and CSV, failures to status codes, the page. */
@NullMarked
package com.voltageems.hissrv.query.http;

import org.jspecify.annotations.NullMarked;
