package com.voltageems.hissrv.query.completeness;

/** How many samples a window has, and how many it should have by the usual step of its day. */
public record WindowReport(long startMillis, long samples, long expected) {}
