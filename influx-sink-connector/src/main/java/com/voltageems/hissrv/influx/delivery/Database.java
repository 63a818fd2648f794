package com.voltageems.hissrv.influx.delivery;

/**
 * The database that lines are written to.
 *
 * @param screen checks points before they are sent
 */
public record Database(InfluxWriter writer, Screen screen) {}
