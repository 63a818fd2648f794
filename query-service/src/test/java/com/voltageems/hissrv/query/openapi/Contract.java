package com.voltageems.hissrv.query.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.oas.OpenApi30;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code /openapi.json} says of answers. */
final class Contract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROBLEM = "application/problem+json";

  private final JsonNode document = read();
  private final JsonSchemaFactory schemas =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V4,
          builder ->
              builder
                  .metaSchema(OpenApi30.getInstance())
                  .defaultMetaSchemaIri(OpenApi30.getInstance().getIri()));
  private final Map<String, JsonSchema> compiled = new ConcurrentHashMap<>();

  private static JsonNode read() {
    try (InputStream in = Contract.class.getResourceAsStream("/web/openapi.json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is not as the document says; empty where all is.
   *
   * @param body null where it cannot be looked at
   */
  Optional<String> mistake(
      String method, String path, int status, String contentType, @Nullable String body) {
    String type = contentType.replaceFirst("\\s*;.*", "").toLowerCase(Locale.ROOT);
    Optional<String> template = template(path);
    if (template.isEmpty()) {
      return isAsset(path) && status == 200
          ? Optional.empty()
          : problem(status, type, body, Set.of(400, 401, 404, 405, 421));
    }
    String asked = method.equals("HEAD") ? "get" : method.toLowerCase(Locale.ROOT);
    JsonNode operation = document.path("paths").path(template.get()).path(asked);
    if (operation.isMissingNode()) {
      return problem(status, type, body, Set.of(401, 405, 421));
    }
    JsonNode response = resolved(operation.path("responses").path(Integer.toString(status)));
    if (response.isMissingNode()) {
      return Optional.of("the document has no status " + status);
    }
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      return body == null || body.isEmpty() ? Optional.empty() : Optional.of("a body");
    }
    if (!content.has(type)) {
      return Optional.of("the document has no " + type + " at status " + status);
    }
    boolean json = type.endsWith("json") && !type.contains("ndjson");
    return !json || body == null || method.equals("HEAD")
        ? Optional.empty()
        : invalid(content.path(type).path("schema"), body);
  }

  private Optional<String> problem(
      int status, String type, @Nullable String body, Set<Integer> statuses) {
    if (!statuses.contains(status) || !type.equals(PROBLEM)) {
      return Optional.of("status " + status + " and " + type + " where there is nothing");
    }
    return body == null || body.isEmpty()
        ? Optional.empty()
        : invalid(JSON.createObjectNode().put("$ref", "#/components/schemas/Error"), body);
  }

  private Optional<String> invalid(JsonNode schema, String body) {
    try {
      Set<ValidationMessage> messages =
          compiled
              .computeIfAbsent(schema.toString(), any -> compile(schema))
              .validate(JSON.readTree(body));
      return messages.isEmpty() ? Optional.empty() : Optional.of(messages.toString());
    } catch (IOException e) {
      return Optional.of("not JSON: " + e.getMessage());
    }
  }

  /** With the document's components beside it, where its references lead. */
  private JsonSchema compile(JsonNode schema) {
    var whole = JSON.createObjectNode();
    whole.set("allOf", JSON.createArrayNode().add(schema));
    whole.set("components", document.path("components"));
    return schemas.getSchema(whole);
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  private Optional<String> template(String path) {
    for (Map.Entry<String, JsonNode> entry : document.path("paths").properties()) {
      String pattern = entry.getKey().replaceAll("\\{\\w+}", "\\\\E[^/]+\\\\Q");
      if (Pattern.matches("\\Q" + pattern + "\\E", path)) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }

  private static boolean isAsset(String path) {
    return path.equals("/") || path.matches("/[a-zA-Z0-9.-]+\\.(js|css|svg|json)");
  }
}
