package com.voltageems.hissrv.query.site.yaml;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Parses YAML text into a {@link Tree}. The text cannot make it create other objects, and its size,
 * depth and aliases are limited, so a text from outside can do no harm.
 */
public final class TreeReader {
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_DEPTH = 20;
  private static final int MAX_ALIASES = 50;

  private final List<Problem> problems = new ArrayList<>();

  private TreeReader() {}

  /**
   * Parses a text; empty if the text has no content.
   *
   * @param file name of the file, for the messages
   */
  public static Optional<Tree> read(String file, String yaml) throws BadFileException {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    TreeReader reader = new TreeReader();
    Tree tree = null;
    try {
      Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
      if (root != null) {
        tree = reader.tree("", root, 0);
      }
    } catch (MarkedYAMLException e) {
      reader.problems.add(new Problem(place(e.getProblemMark()), "", notYaml(e.getProblem())));
    } catch (YAMLException e) {
      reader.problems.add(new Problem(Place.START, "", notYaml(e.getMessage())));
    }
    if (!reader.problems.isEmpty()) {
      throw new BadFileException(file, reader.problems);
    }
    return Optional.ofNullable(tree);
  }

  private static String notYaml(@Nullable String reason) {
    String text = reason == null ? "" : reason.lines().findFirst().orElse("");
    return "not YAML: " + text + (text.contains("TAB") ? "; indent by blanks" : "");
  }

  private static Place place(@Nullable Mark mark) {
    return mark == null ? Place.START : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private Tree tree(String path, Node node, int depth) {
    Place place = place(node.getStartMark());
    if (depth > MAX_DEPTH) {
      problems.add(new Problem(place, path, "nested too deeply, or inside itself"));
      return new Tree.Leaf(place, "", true);
    }
    if (node instanceof ScalarNode scalar) {
      return new Tree.Leaf(place, scalar.getValue(), scalar.getScalarStyle() == ScalarStyle.PLAIN);
    }
    if (node instanceof SequenceNode sequence) {
      List<Tree> items = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        items.add(tree(path + "[" + items.size() + "]", item, depth + 1));
      }
      return new Tree.Items(place, items);
    }
    return block(path, (MappingNode) node, depth);
  }

  private Tree.Block block(String path, MappingNode mapping, int depth) {
    List<Tree.Member> members = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place place = place(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(new Problem(place, path, "a list or block cannot be a key"));
        continue;
      }
      String name = key.getValue();
      String full = path.isEmpty() ? name : path + "." + name;
      Place first = seen.putIfAbsent(name, place);
      if (first != null) {
        problems.add(new Problem(place, full, "stands here again, first in line " + first.line()));
        continue;
      }
      members.add(new Tree.Member(place, name, tree(full, tuple.getValueNode(), depth + 1)));
    }
    return new Tree.Block(place(mapping.getStartMark()), members);
  }
}
