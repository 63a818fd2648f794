/**
 * Compares what a file asks for with what runs, for people to read, and exports a file's connectors
 * for other tools. Pure.
 */
@NullMarked
package com.voltageems.hissrv.query.site.plan;

import org.jspecify.annotations.NullMarked;
