package com.voltageems.hissrv.query.site.key;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The form of the values that a key accepts. */
public sealed interface Shape permits Scalar, Shape.Many, Shape.Section, Shape.Names {

  /**
   * A list. A single scalar may be written without brackets.
   *
   * @param most maximum number of entries
   */
  record Many(Shape of, int most) implements Shape {}

  /** A block with the given keys. */
  record Section(List<Key> keys) implements Shape {
    public Section {
      keys = List.copyOf(keys);
    }

    Optional<Key> find(String name) {
      return keys.stream().filter(key -> key.name().equals(name)).findFirst();
    }
  }

  /**
   * Names that the site chooses, each with a value.
   *
   * @param nested whether blocks may be nested; their names are joined by dots
   * @param lists names whose value may be a list; its entries are joined by commas
   */
  record Names(Scalar of, boolean nested, Set<String> lists) implements Shape {
    public Names {
      lists = Set.copyOf(lists);
    }

    Names(Scalar of) {
      this(of, false, Set.of());
    }
  }
}
