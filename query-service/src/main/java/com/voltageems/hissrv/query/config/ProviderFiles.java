package com.voltageems.hissrv.query.config;

import com.voltageems.hissrv.query.setting.Template;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * Answers like Connect's FileConfigProvider ({@code ${file:path:key}}) and DirectoryConfigProvider
 * ({@code ${dir:path:name}}), for the service, which must read the same secrets.
 */
public final class ProviderFiles implements Template.ProviderLookup {
  private final Consumer<Path> reading;

  public ProviderFiles() {
    this(file -> {});
  }

  /**
   * @param reading gets each file before it is read, even if the file does not exist
   */
  public ProviderFiles(Consumer<Path> reading) {
    this.reading = reading;
  }

  @Override
  public Optional<String> find(Template.Provider provider) {
    int colon = provider.argument().lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    Path path = Path.of(provider.argument().substring(0, colon));
    String key = provider.argument().substring(colon + 1);
    try {
      return switch (provider.name()) {
        case "file" -> property(path, key);
        case "dir", "directory" -> Optional.of(text(path.resolve(key)).strip());
        default -> Optional.empty();
      };
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          provider.text() + " cannot be looked up: there is no file " + e.getFile(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          provider.text() + " cannot be looked up: the file cannot be read: " + e.getMessage(), e);
    }
  }

  private String text(Path path) throws IOException {
    reading.accept(path);
    return Files.readString(path);
  }

  private Optional<String> property(Path path, String key) throws IOException {
    Properties properties = new Properties();
    reading.accept(path);
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    }
    String value = properties.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("the file " + path + " has no line " + key + "=...");
    }
    return Optional.of(value);
  }
}
