package com.voltageems.hissrv.query.site.yaml;

import java.util.List;

/** A piece of YAML. Values are texts as written: what they mean is for whoever knows the key. */
public sealed interface Tree {
  /** Where it begins. */
  Place place();

  /**
   * One value.
   *
   * @param plain whether it stands without quotes
   */
  record Leaf(Place place, String text, boolean plain) implements Tree {
    /** Nothing at all, {@code ~} or {@code null}. */
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

  /** Keys with their values, in the order of the file; no key is there twice. */
  record Block(Place place, List<Member> members) implements Tree {
    public Block {
      members = List.copyOf(members);
    }
  }

  /** A key of a block. */
  record Member(Place place, String name, Tree value) {}
}
