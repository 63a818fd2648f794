package com.voltageems.hissrv.query.site.key;

import com.voltageems.hissrv.query.setting.Nearest;
import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Template;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.site.yaml.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks a tree against the declared keys; finds every problem at once. */
public final class Checker {
  private static final int MOST_JOINED = 100;

  private final Map<String, String> env;
  private final List<Problem> problems = new ArrayList<>();

  /**
   * @param env the environment in which variables are looked up
   */
  public Checker(Map<String, String> env) {
    this.env = env;
  }

  public List<Problem> problems() {
    return problems;
  }

  /**
   * Checks the tree and returns its values; use them only if there are no {@link #problems()}.
   *
   * @param tree null for an empty file
   */
  public View check(Shape.Section section, @Nullable Tree tree) {
    if (tree == null) {
      return new View(section, "", Place.START, Map.of());
    }
    return section("", section, tree);
  }

  private View section(String path, Shape.Section section, Tree tree) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!(tree instanceof Tree.Block block)) {
      if (!(tree instanceof Tree.Leaf leaf && leaf.isNull())) {
        add(tree.place(), path, "needs keys, such as " + example(section));
      }
      return new View(section, path, tree.place(), values);
    }
    for (Tree.Member member : block.members()) {
      String full = View.join(path, member.name());
      Optional<Key> key = section.find(member.name());
      if (key.isEmpty()) {
        add(member.place(), full, unknown(path, section, member.name()));
        continue;
      }
      Object value = value(full, member.place(), key.get().shape(), member.value());
      if (value != null) {
        values.put(member.name(), value);
      }
    }
    for (Key key : section.keys()) {
      if (key.required() && block.members().stream().noneMatch(m -> m.name().equals(key.name()))) {
        add(block.place(), View.join(path, key.name()), "is missing: " + plain(key.doc()));
      }
    }
    return new View(section, path, block.place(), values);
  }

  private static String example(Shape.Section section) {
    Key first = section.keys().get(0);
    return first.name() + ": …";
  }

  private static String plain(String doc) {
    return doc.replace("`", "");
  }

  private static String unknown(String path, Shape.Section section, String name) {
    List<String> known = section.keys().stream().map(Key::name).toList();
    Optional<String> elsewhere = Keys.elsewhere(name);
    Optional<String> near = Nearest.to(name, known).map(found -> View.join(path, found));
    if (known.stream().noneMatch(name::equalsIgnoreCase) && elsewhere.isPresent()) {
      near = elsewhere;
    }
    return near.map(found -> "unknown key; did you mean " + found + "?")
        .orElse("unknown key; here are known: " + String.join(", ", known));
  }

  /** Returns null for an empty value, which counts as absent, and for a value with a problem. */
  private @Nullable Object value(String path, Place place, Shape shape, Tree tree) {
    if (tree instanceof Tree.Leaf leaf && leaf.isNull()) {
      return null;
    }
    if (shape instanceof Scalar scalar) {
      if (tree instanceof Tree.Leaf leaf) {
        return scalar(path, scalar, leaf);
      }
      add(place, path, "needs one value: " + scalar.expected());
      return null;
    }
    if (shape instanceof Shape.Section section) {
      return section(path, section, tree);
    }
    if (shape instanceof Shape.Many many) {
      return many(path, many, tree);
    }
    return names(path, (Shape.Names) shape, tree);
  }

  private List<Object> many(String path, Shape.Many many, Tree tree) {
    List<Tree> items =
        tree instanceof Tree.Items list
            ? list.items()
            : many.of() instanceof Scalar && tree instanceof Tree.Leaf ? List.of(tree) : List.of();
    if (items.isEmpty() && !(tree instanceof Tree.Items)) {
      add(tree.place(), path, "needs a list: lines that begin with \"- \"");
    }
    if (items.size() > many.most()) {
      add(tree.place(), path, "has " + items.size() + " entries; " + many.most() + " at most");
    }
    List<Object> values = new ArrayList<>();
    for (Tree item : items) {
      int before = problems.size();
      Object value = value(path + "[" + values.size() + "]", item.place(), many.of(), item);
      if (value == null) {
        if (problems.size() == before) {
          add(item.place(), path + "[" + values.size() + "]", "is empty");
        }
        break;
      }
      values.add(value);
    }
    return values;
  }

  private Map<String, Given> names(String path, Shape.Names shape, Tree tree) {
    Map<String, Given> names = new LinkedHashMap<>();
    names(path, "", shape, tree, names);
    return names;
  }

  private void names(
      String path, String prefix, Shape.Names shape, Tree tree, Map<String, Given> names) {
    if (!(tree instanceof Tree.Block block)) {
      add(tree.place(), path, "needs names with their values, such as \"name: value\"");
      return;
    }
    for (Tree.Member member : block.members()) {
      String full = path + "." + member.name();
      if (shape.nested() && member.value() instanceof Tree.Block inner) {
        names(full, prefix + member.name() + ".", shape, inner, names);
      } else if (shape.lists().contains(prefix + member.name())
          && member.value() instanceof Tree.Items list) {
        names.put(prefix + member.name(), joined(full, shape.of(), list));
      } else if (value(full, member.place(), shape.of(), member.value()) instanceof Given given) {
        names.put(prefix + member.name(), given);
      } else if (member.value() instanceof Tree.Leaf leaf && leaf.isNull()) {
        add(member.place(), full, "is empty");
      }
    }
  }

  private Given joined(String path, Scalar of, Tree.Items list) {
    String text =
        many(path, new Shape.Many(of, MOST_JOINED), list).stream()
            .map(one -> ((Given) one).text())
            .collect(Collectors.joining(","));
    return new Given(path, list.place(), text, text);
  }

  /** Returns null for a value with a problem, and for one that counts as absent. */
  private @Nullable Given scalar(String path, Scalar scalar, Tree.Leaf leaf) {
    if (scalar.kind() == Scalar.Kind.REGEX) {
      // A regular expression uses dollar signs itself: no variables here.
      return checked(path, scalar, leaf, leaf.text());
    }
    Template template;
    try {
      template = Template.of(leaf.text());
    } catch (IllegalArgumentException e) {
      add(leaf.place(), path, message(e));
      return null;
    }
    if (scalar.kind() == Scalar.Kind.SECRET || scalar.kind() == Scalar.Kind.REDIS_URL) {
      return secret(path, scalar, leaf, template);
    }
    try {
      String text = template.expand(env, provider -> Optional.empty()).strip();
      return scalar.kind() == Scalar.Kind.FILE && text.isEmpty()
          ? null
          : checked(path, scalar, leaf, text);
    } catch (IllegalArgumentException e) {
      add(leaf.place(), path, message(e));
      return null;
    }
  }

  private @Nullable Given checked(String path, Scalar scalar, Tree.Leaf leaf, String text) {
    Optional<String> wrong = scalar.check(text);
    if (wrong.isPresent()) {
      add(leaf.place(), path, "\"" + Parse.shown(text) + "\" cannot be used: " + wrong.get());
      return null;
    }
    return new Given(path, leaf.place(), leaf.text(), text);
  }

  /**
   * Returns a secret unresolved: who looks it up is decided later. Until then, only a value in
   * plain text can be checked.
   */
  private @Nullable Given secret(String path, Scalar scalar, Tree.Leaf leaf, Template template) {
    if (template.isLiteral()) {
      Optional<String> wrong = scalar.check(leaf.text());
      if (wrong.isPresent()) {
        add(leaf.place(), path, "the value cannot be used: " + wrong.get());
        return null;
      }
    }
    return new Given(path, leaf.place(), leaf.text(), leaf.text());
  }

  private static String message(IllegalArgumentException e) {
    return String.valueOf(e.getMessage());
  }

  private void add(Place place, String path, String message) {
    problems.add(new Problem(place, path, message));
  }
}
