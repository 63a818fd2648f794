package com.voltageems.hissrv.query.site;

import com.voltageems.hissrv.query.config.ProviderFiles;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.key.Checker;
import com.voltageems.hissrv.query.site.key.Key;
import com.voltageems.hissrv.query.site.key.Keys;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.site.yaml.Tree;
import com.voltageems.hissrv.query.site.yaml.TreeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file hissrv.yml on disk, with the mappings that were added at run time in the file next to it
 * ({@code hissrv.mappings.yml}, the overlay).
 */
public final class SiteFile {
  /** Top-level keys that query.yml has as well. */
  private static final Set<String> SHARED = Set.of("site", "query", "health", "kafka", "connect");

  private static final String NOT_UTF8 =
      "not UTF-8; save the file as UTF-8 (GBK or \"ANSI\", in which some editors save, is another)";

  private final Path file;
  private final Map<String, String> env;

  /**
   * @param env the environment in which variables are looked up
   */
  public SiteFile(Path file, Map<String, String> env) {
    this.file = file;
    this.env = Map.copyOf(env);
  }

  public Path path() {
    return file;
  }

  /** Returns the path of the overlay, which holds the mappings added at run time. */
  public Path overlay() {
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    return file.resolveSibling(name + ".mappings.yml");
  }

  /**
   * Reads, checks and compiles both files.
   *
   * @throws BadFileException listing every problem with line and column
   */
  public Compiled compile(SiteCompiler.For purpose) throws BadFileException {
    return compile(purpose, new Contents());
  }

  /**
   * Does the same as {@link #compile(SiteCompiler.For)} and records the files.
   *
   * @param read records each file before it is read, even if the file is then refused
   */
  public Compiled compile(SiteCompiler.For purpose, Contents read) throws BadFileException {
    read.reading(file);
    read.reading(overlay());
    Checker checker = new Checker(env);
    View site = checker.check(Keys.SITE, content());
    if (!checker.problems().isEmpty()) {
      throw new BadFileException(file.toString(), checker.problems());
    }
    return new SiteCompiler(env, new ProviderFiles(read::reading))
        .compile(file.toString(), site, overlayMappings(), purpose);
  }

  /**
   * Returns the content of hissrv.yml; refuses an empty file. A full disk, or a write in progress,
   * can leave the file empty. It must not pass for a site with every default: without its tokens
   * and alerts, and with another database.
   */
  private Tree content() throws BadFileException {
    return content(file, "is empty; for a site with every default write `service: {}`");
  }

  /** Returns the mappings of the overlay by name; empty if the file does not exist. */
  public Map<String, View> overlayMappings() throws BadFileException {
    requireOverlay();
    return hasOverlay() ? mappings(overlay().toString(), tree(overlay()).orElse(null)) : Map.of();
  }

  /**
   * Checks that the overlay, if it exists, is a block of names. An overlay emptied by accident is
   * refused: its earlier content is stored nowhere else.
   */
  public void requireOverlay() throws BadFileException {
    if (hasOverlay()
        && !(content(
                overlay(),
                "is empty; restore it, or delete it where no mapping of run time is wanted")
            instanceof Tree.Block)) {
      throw bad(overlay(), "needs names, each with a mapping");
    }
  }

  /** Returns whether there is an overlay, be it a link to a file that is gone. */
  private boolean hasOverlay() {
    return Files.exists(overlay(), LinkOption.NOFOLLOW_LINKS);
  }

  private static Tree content(Path path, String otherwise) throws BadFileException {
    Optional<Tree> tree = tree(path);
    if (tree.isEmpty() || (tree.get() instanceof Tree.Leaf leaf && leaf.isNull())) {
      throw bad(path, otherwise);
    }
    return tree.get();
  }

  /** Checks the text of an overlay and returns its mappings by name. */
  public Map<String, View> mappings(String name, String yaml) throws BadFileException {
    return mappings(name, TreeReader.read(name, yaml).orElse(null));
  }

  private Map<String, View> mappings(String name, @Nullable Tree tree) throws BadFileException {
    Map<String, View> mappings = new LinkedHashMap<>();
    if (tree == null) {
      return mappings;
    }
    Checker checker = new Checker(env);
    if (tree instanceof Tree.Block block) {
      for (Tree.Member member : block.members()) {
        mappings.put(member.name(), checker.check(Keys.MAPPING, member.value()));
        if (!member.name().matches("[A-Za-z0-9_-]{1,64}")) {
          checker
              .problems()
              .add(
                  new Problem(
                      member.place(),
                      member.name(),
                      "a mapping's name has letters, digits, '_' and '-'"));
        }
      }
    } else {
      checker.problems().add(new Problem(tree.place(), "", "needs names, each with a mapping"));
    }
    if (!checker.problems().isEmpty()) {
      throw new BadFileException(name, checker.problems());
    }
    return mappings;
  }

  /**
   * Returns whether the file is a hissrv.yml rather than the service's own query.yml: whether it
   * has a top-level key that only hissrv.yml has.
   */
  public boolean isSite() throws BadFileException {
    Optional<Tree> tree = tree(file);
    Set<String> own =
        Keys.SITE.keys().stream()
            .map(Key::name)
            .filter(name -> !SHARED.contains(name))
            .collect(Collectors.toSet());
    return tree.isPresent()
        && tree.get() instanceof Tree.Block block
        && block.members().stream().anyMatch(member -> own.contains(member.name()));
  }

  private static Optional<Tree> tree(Path path) throws BadFileException {
    return TreeReader.read(path.toString(), text(path));
  }

  private static String text(Path path) throws BadFileException {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw bad(
          path,
          Files.isSymbolicLink(path)
              ? "is a link to a file that is not there"
              : "there is no such file");
    } catch (CharacterCodingException e) {
      throw new BadFileException(
          path.toString(), List.of(new Problem(notUtf8(path), "", NOT_UTF8)));
    } catch (AccessDeniedException e) {
      throw bad(path, "cannot be read: this process has no right to (run as another user?)");
    } catch (IOException e) {
      throw bad(
          path, "cannot be read: " + (Files.isDirectory(path) ? "it is a folder" : e.getMessage()));
    }
  }

  /**
   * Returns the place of the first character that is not UTF-8; the start of the file if the file
   * cannot be read any more.
   */
  private static Place notUtf8(Path path) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
      CharBuffer before = CharBuffer.allocate(bytes.remaining() + 1);
      StandardCharsets.UTF_8.newDecoder().decode(bytes, before, true);
      String text = before.flip().toString();
      int line = (int) text.chars().filter(one -> one == '\n').count() + 1;
      return new Place(line, text.length() - text.lastIndexOf('\n'));
    } catch (IOException e) {
      return Place.START;
    }
  }

  private static BadFileException bad(Path path, String message) {
    return new BadFileException(path.toString(), List.of(new Problem(Place.START, "", message)));
  }
}
