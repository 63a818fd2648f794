package com.voltageems.hissrv.query.catalogue;

import java.util.List;

/**
 * The name of a device, and its points.
 *
 * @param match the device, or a pattern in which {@code *} matches any text
 */
public record DeviceInfo(String match, Label name, List<PointInfo> points) {
  public DeviceInfo {
    points = List.copyOf(points);
  }
}
