package com.voltageems.hissrv.query.site.yaml;

import java.util.Comparator;

/** A place in a text; line and column count from 1. */
public record Place(int line, int column) implements Comparable<Place> {
  public static final Place START = new Place(1, 1);

  @Override
  public int compareTo(Place other) {
    return Comparator.comparingInt(Place::line)
        .thenComparingInt(Place::column)
        .compare(this, other);
  }
}
