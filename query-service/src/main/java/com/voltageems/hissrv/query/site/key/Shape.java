package com.voltageems.hissrv.query.site.key;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What may stand at a key. */
public sealed interface Shape permits Scalar, Shape.Many, Shape.Section, Shape.Names {

  /**
   * A list. Of scalars, one alone may stand without brackets.
   *
   * @param most how many there may be
   */
  record Many(Shape of, int most) implements Shape {}

  /** Keys that are known by name. */
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
   * @param nested whether blocks may stand inside, whose names are joined by dots
   * @param lists names whose value may be a list, which is then joined by commas
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
