package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The connector's MBeans in the worker, over a loopback JMX port. */
final class WorkerMetrics implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private WorkerMetrics(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  /** A free port, and what a JVM has to be told to answer there. */
  record Endpoint(int port) {
    static Endpoint free() {
      return new Endpoint(Ports.free());
    }

    List<String> jvmArgs() {
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

  // The other end is a JVM that we started ourselves, on loopback.
  @SuppressWarnings("BanJNDI")
  static WorkerMetrics connect(Endpoint endpoint) throws IOException {
    return new WorkerMetrics(
        JMXConnectorFactory.connect(
            new JMXServiceURL(
                "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + endpoint.port() + "/jmxrmi")));
  }

  /** An attribute of one source of the connector's only task; 0 while there is none. */
  long get(String connectorName, String source, String attribute) {
    return attribute(connectorName, ",source=" + source, attribute);
  }

  /** An attribute of the connector's only task itself; 0 while there is none. */
  long ofTask(String connectorName, String attribute) {
    return attribute(connectorName, "", attribute);
  }

  private long attribute(String connectorName, String source, String attribute) {
    try {
      return (Long)
          server.getAttribute(
              new ObjectName(
                  "com.voltageems.hissrv:type=redis-source,connector="
                      + connectorName
                      + ",task=0"
                      + source),
              attribute);
    } catch (InstanceNotFoundException e) {
      // Not started yet.
      return 0;
    } catch (JMException | IOException e) {
      throw new IllegalStateException("cannot read " + attribute + " of " + connectorName, e);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
