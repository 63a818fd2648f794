package com.voltageems.hissrv.query.site.yaml;

import java.util.List;

/**
 * A node of a YAML document. Values are texts as written; the code that knows the key interprets
 * them.
 */
public sealed interface Tree {
  /** Returns the place where the node begins. */
  Place place();

  /**
   * A single value.
   *
   * @param plain whether it is written without quotes
   */
  record Leaf(Place place, String text, boolean plain) implements Tree {
    /** Returns whether the value is missing, {@code ~} or {@code null}. */
    public boolean isNull() {
      return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }
  }

  /** A list. */
  record Items(Place place, List<Tree> items) implements Tree {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** Keys with their values, in the order of the file; each key occurs once. */
  record Block(Place place, List<Member> members) implements Tree {
    public Block {
      members = List.copyOf(members);
    }
  }

  /** A key of a block. */
  record Member(Place place, String name, Tree value) {}
}
