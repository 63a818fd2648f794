package com.voltageems.hissrv.testkit.apicurio;

import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.utils.converter.ExtJsonConverter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Writes records with Apicurio's own serializers, as any application might: Avro to {@code
 * meters-avro} and, as Debezium's change events, to {@code cdc-avro}; JSON with a schema to {@code
 * meters-json}. Arguments: the broker, the registry.
 */
public final class ApicurioProducer {
  private final String broker;
  private final Map<String, Object> registry;

  private ApicurioProducer(String broker, String registry) {
    this.broker = broker;
    this.registry =
        Map.of(
            "apicurio.registry.url", registry,
            "apicurio.registry.auto-register", "true",
            "apicurio.registry.auto-register.if-exists", "RETURN_OR_UPDATE");
  }

  public static void main(String[] args) throws Exception {
    ApicurioProducer producer = new ApicurioProducer(args[0], args[1]);
    producer.avro();
    producer.json();
  }

  private Map<String, Object> config(Class<?> valueSerializer) {
    Map<String, Object> config = new HashMap<>(registry);
    config.put("bootstrap.servers", broker);
    config.put("key.serializer", StringSerializer.class);
    config.put("value.serializer", valueSerializer);
    return config;
  }

  private void avro() throws ExecutionException, InterruptedException {
    send(AvroKafkaSerializer.class, "meters-avro", AvroRecords.meters());
    send(AvroKafkaSerializer.class, "cdc-avro", AvroRecords.changes());
  }

  /**
   * Uses the converter itself to write these records: Connect's JSON, with the schema in the
   * registry.
   */
  private void json() throws Exception {
    ExtJsonConverter converter = new ExtJsonConverter();
    converter.configure(new HashMap<>(registry), false);
    Struct meter = JsonRecords.meter();
    byte[] value = converter.fromConnectData("meters-json", meter.schema(), meter);
    converter.close();
    send(ByteArraySerializer.class, "meters-json", List.of(value));
  }

  private void send(Class<?> serializer, String topic, List<? extends @Nullable Object> values)
      throws ExecutionException, InterruptedException {
    try (KafkaProducer<String, Object> producer = new KafkaProducer<>(config(serializer))) {
      List<Future<?>> sent = new ArrayList<>();
      for (Object value : values) {
        sent.add(producer.send(new ProducerRecord<>(topic, "north", value)));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }
}
