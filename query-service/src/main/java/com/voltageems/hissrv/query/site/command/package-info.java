/** The sub-commands plan, apply, validate, export and status. */
@NullMarked
package com.voltageems.hissrv.query.site.command;

import org.jspecify.annotations.NullMarked;
