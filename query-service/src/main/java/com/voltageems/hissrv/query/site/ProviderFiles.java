package com.voltageems.hissrv.query.site;

import com.voltageems.hissrv.query.site.key.Template;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * What Connect's FileConfigProvider ({@code ${file:path:key}}) and DirectoryConfigProvider ({@code
 * ${dir:path:name}}) would answer, for the service, which has to read the same secrets.
 */
final class ProviderFiles implements Template.ProviderLookup {
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
        case "dir", "directory" -> Optional.of(Files.readString(path.resolve(key)).strip());
        default -> Optional.empty();
      };
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> property(Path path, String key) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    }
    return Optional.ofNullable(properties.getProperty(key));
  }
}
