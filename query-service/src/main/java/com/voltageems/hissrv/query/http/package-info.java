/**
 * HTTP: turns parameters into requests, answers into JSON and CSV, failures into status codes, and
 * serves the page.
 */
@NullMarked
package com.voltageems.hissrv.query.http;

import org.jspecify.annotations.NullMarked;
