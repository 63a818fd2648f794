package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Reads the connector's MBeans in the worker, over a loopback JMX port. */
public final class WorkerMetrics implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private WorkerMetrics(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  /** A free port, and the JVM options that open JMX on it. */
  public record Endpoint(int port) {
    public static Endpoint free() {
      return new Endpoint(Ports.free());
    }

    public List<String> jvmArgs() {
      String jmx = "-Dcom.sun.management.jmxremote.";
      return List.of(
          jmx + "port=" + port,
          jmx + "rmi.port=" + port,
          jmx + "host=127.0.0.1",
          jmx + "authenticate=false",
          jmx + "ssl=false",
          "-Djava.rmi.server.hostname=127.0.0.1");
    }
  }

  // The other end is a JVM that this process started, on loopback.
  @SuppressWarnings("BanJNDI")
  public static WorkerMetrics connect(Endpoint endpoint) throws IOException {
    return new WorkerMetrics(
        JMXConnectorFactory.connect(
            new JMXServiceURL(
                "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + endpoint.port() + "/jmxrmi")));
  }

  /** Returns an attribute of one source of the connector's only task; 0 if it does not exist. */
  public long get(String connectorName, String source, String attribute) {
    return attribute(connectorName, ",source=" + source, attribute);
  }

  /** Returns an attribute of the connector's only task itself; 0 if it does not exist. */
  public long ofTask(String connectorName, String attribute) {
    return attribute(connectorName, "", attribute);
  }

  private long attribute(String connectorName, String source, String attribute) {
    return number(
        "com.voltageems.hissrv:type=redis-source,connector=" + connectorName + ",task=0" + source,
        attribute);
  }

  /**
   * Returns the number of lines that the database has acknowledged to a sink, over all its tasks.
   */
  public long linesWritten(String connectorName, int tasks) {
    long lines = 0;
    for (int task = 0; task < tasks; task++) {
      lines +=
          number(
              "com.voltageems.hissrv:type=influx-sink,connector=" + connectorName + ",task=" + task,
              "lines-written");
    }
    return lines;
  }

  /** Returns the number of records that Connect has handed to a sink, over all its tasks. */
  public long recordsPut(String connectorName, int tasks) {
    long records = 0;
    for (int task = 0; task < tasks; task++) {
      records +=
          number(
              "kafka.connect:type=sink-task-metrics,connector=" + connectorName + ",task=" + task,
              "sink-record-send-total");
    }
    return records;
  }

  /** Returns the bytes of the heap in use after a collection. */
  public long heapInUse() {
    try {
      ObjectName memory = new ObjectName("java.lang:type=Memory");
      server.invoke(memory, "gc", new Object[0], new String[0]);
      CompositeData usage = (CompositeData) server.getAttribute(memory, "HeapMemoryUsage");
      return (Long) usage.get("used");
    } catch (JMException | IOException e) {
      throw new IllegalStateException("cannot read the heap", e);
    }
  }

  private long number(String name, String attribute) {
    try {
      return ((Number) server.getAttribute(new ObjectName(name), attribute)).longValue();
    } catch (InstanceNotFoundException e) {
      // Not started yet.
      return 0;
    } catch (JMException | IOException e) {
      throw new IllegalStateException("cannot read " + attribute + " of " + name, e);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
