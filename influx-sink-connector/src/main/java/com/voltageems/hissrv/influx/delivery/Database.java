package com.voltageems.hissrv.influx.delivery;

/**
 * Where lines go.
 *
 * @param screen looks at points before they are sent
 */
public record Database(InfluxWriter writer, Screen screen) {}
