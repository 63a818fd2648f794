package com.voltageems.hissrv.query.site.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Writes a compiled site as files for other tools. */
public final class Export {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  // Every value in quotes: without them other readers of YAML take texts such as
                  // 0x1F
                  // or 0o17 for numbers, and << for a merge.
                  .disable(YAMLGenerator.Feature.SPLIT_LINES)
                  .build())
          .build();

  private Export() {}

  /**
   * Returns a file per connector with {@code {"name", "config"}}, the form of {@code POST
   * /connectors} and kcctl; contents by file name.
   */
  public static Map<String, String> json(Compiled site) {
    Map<String, String> files = new LinkedHashMap<>();
    for (ConnectorSpec connector : site.connectors()) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", connector.name());
      body.put("config", connector.config());
      files.put(connector.name() + ".json", text(JSON, body) + "\n");
    }
    return files;
  }

  /**
   * Returns Strimzi's KafkaConnector resources; contents by file name.
   *
   * @param cluster name of the KafkaConnect resource that will run the connectors
   * @param apiVersion such as {@code kafka.strimzi.io/v1}
   */
  public static Map<String, String> strimzi(Compiled site, String cluster, String apiVersion) {
    Map<String, String> files = new LinkedHashMap<>();
    for (ConnectorSpec connector : site.connectors()) {
      Map<String, String> config = new TreeMap<>(connector.config());
      String plugin = config.remove("connector.class");
      int tasks = Integer.parseInt(config.getOrDefault("tasks.max", "1"));
      config.remove("tasks.max");
      Map<String, Object> metadata = new LinkedHashMap<>();
      metadata.put("name", connector.name());
      metadata.put("labels", Map.of("strimzi.io/cluster", cluster));
      Map<String, Object> spec = new LinkedHashMap<>();
      spec.put("class", String.valueOf(plugin));
      spec.put("tasksMax", tasks);
      spec.put("autoRestart", Map.of("enabled", true));
      spec.put("config", config);
      Map<String, Object> resource = new LinkedHashMap<>();
      resource.put("apiVersion", apiVersion);
      resource.put("kind", "KafkaConnector");
      resource.put("metadata", metadata);
      resource.put("spec", spec);
      files.put(connector.name() + ".yaml", text(YAML, resource));
    }
    return files;
  }

  private static String text(ObjectMapper mapper, Map<String, Object> value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts can be written", e);
    }
  }
}
