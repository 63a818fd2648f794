package com.voltageems.hissrv.query.catalogue;

import java.util.List;

/**
 * What a device is called, and its points.
 *
 * @param match the device, or a pattern in which {@code *} stands for any text
 */
public record DeviceInfo(String match, Label name, List<PointInfo> points) {
  public DeviceInfo {
    points = List.copyOf(points);
  }
}
