package com.voltageems.hissrv.influx.point;

/**
 * How lines are written.
 *
 * @param precision the precision of their times
 */
public record LineForm(Dialect dialect, Precision precision) {}
