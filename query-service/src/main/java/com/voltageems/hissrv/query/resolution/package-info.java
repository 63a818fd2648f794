/** Answers from coarser copies where they give the same answer as the samples. */
@NullMarked
package com.voltageems.hissrv.query.resolution;

import org.jspecify.annotations.NullMarked;
