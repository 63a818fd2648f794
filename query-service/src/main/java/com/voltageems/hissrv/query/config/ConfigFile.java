package com.voltageems.hissrv.query.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.voltageems.hissrv.query.setting.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a YAML settings file. Keys may be nested or dotted, or both. Values may contain references
 * as in {@link Template}: variables of the environment, and secrets in files.
 */
public final class ConfigFile {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfigFile() {}

  /**
   * Reads and checks {@code file}.
   *
   * @param env the environment in which variables are looked up
   * @throws ConfigException with one line that names the file and the key at fault
   */
  public static QueryConfig read(Path file, Map<String, String> env) throws ConfigException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e, e);
    }
    try {
      Map<String, String> texts = parse(text, env);
      if (texts.isEmpty()) {
        // Perhaps emptied by a full disk: the service would use unintended settings, and nobody
        // would notice.
        throw new ConfigException("is empty; without --config every setting has its default");
      }
      QueryConfig settings = QueryConfig.of(texts);
      settings.checkFiles();
      return settings;
    } catch (ConfigException e) {
      throw new ConfigException(file + ": " + e.getMessage(), e);
    }
  }

  /** Converts YAML text to texts by dotted key, with references replaced. */
  static Map<String, String> parse(String yaml, Map<String, String> env) throws ConfigException {
    JsonNode root;
    try {
      root = YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where = at == null ? "" : "line " + at.getLineNr() + ": ";
      throw new ConfigException(
          where + "not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    if (root == null || root.isMissingNode() || root.isNull()) {
      return texts;
    }
    if (!root.isObject()) {
      throw new ConfigException("not a list of settings: needs lines such as `http.port: 8082`");
    }
    flatten("", root, env, texts);
    return texts;
  }

  private static void flatten(
      String prefix, JsonNode node, Map<String, String> env, Map<String, String> texts)
      throws ConfigException {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = prefix + entry.getKey();
      JsonNode value = entry.getValue();
      if (value.isObject()) {
        flatten(key + ".", value, env, texts);
        continue;
      }
      String text;
      if (value.isArray()) {
        List<String> items = new ArrayList<>();
        for (JsonNode item : value) {
          items.add(expand(key, item.asText(), env));
        }
        text = String.join(",", items);
      } else {
        text = value.isNull() ? "" : expand(key, value.asText(), env);
      }
      if (texts.put(key, text) != null) {
        throw new ConfigException(key + ": is set twice, once nested and once dotted");
      }
    }
  }

  private static String expand(String key, String text, Map<String, String> env)
      throws ConfigException {
    try {
      return Template.of(text).expand(env, new ProviderFiles());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(key + ": " + e.getMessage(), e);
    }
  }
}
