package com.voltageems.hissrv.redis.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Reads a worker's JVM over JMX, as a monitoring program would. */
final class WorkerJmx implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private WorkerJmx(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  /** Returns the options for the worker's JVM so that {@link #connect} finds it at {@code port}. */
  static List<String> jvmOptions(int port) {
    return List.of(
        "-Dcom.sun.management.jmxremote.port=" + port,
        // The same port for both, or the JVM would open an additional random one.
        "-Dcom.sun.management.jmxremote.rmi.port=" + port,
        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
        "-Djava.rmi.server.hostname=127.0.0.1",
        "-Dcom.sun.management.jmxremote.authenticate=false",
        "-Dcom.sun.management.jmxremote.ssl=false");
  }

  // JMX over RMI requires JNDI; the peer is our own child process on the loopback address.
  @SuppressWarnings("BanJNDI")
  static WorkerJmx connect(int port) {
    try {
      return new WorkerJmx(
          JMXConnectorFactory.connect(
              new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the names that match, in their canonical form. */
  Set<String> names(String pattern) {
    return call(
        () ->
            server.queryNames(new ObjectName(pattern), null).stream()
                .map(ObjectName::getCanonicalName)
                .collect(Collectors.toUnmodifiableSet()));
  }

  /** Returns all attributes of a bean; its counters are read one after the other. */
  Map<String, Long> values(String name) {
    return call(
        () -> {
          ObjectName bean = new ObjectName(name);
          String[] attributes =
              Stream.of(server.getMBeanInfo(bean).getAttributes())
                  .map(MBeanAttributeInfo::getName)
                  .toArray(String[]::new);
          Map<String, Long> values = new TreeMap<>();
          for (Attribute attribute : server.getAttributes(bean, attributes).asList()) {
            values.put(attribute.getName(), ((Number) attribute.getValue()).longValue());
          }
          return values;
        });
  }

  /** Returns the bytes in use after a garbage collection. */
  long usedHeap() {
    return call(
        () -> {
          MemoryMXBean memory =
              ManagementFactory.newPlatformMXBeanProxy(
                  server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
          memory.gc();
          return memory.getHeapMemoryUsage().getUsed();
        });
  }

  /** Returns how many threads there are by name, without the numbers in the names. */
  Map<String, Long> threads() {
    return call(
        () -> {
          ThreadMXBean threads =
              ManagementFactory.newPlatformMXBeanProxy(
                  server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
          return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
              .filter(Objects::nonNull)
              .map(ThreadInfo::getThreadName)
              .collect(
                  Collectors.groupingBy(
                      name -> name.replaceAll("[0-9]+", "#"), TreeMap::new, Collectors.counting()));
        });
  }

  private interface Call<T> {
    T run() throws IOException, JMException;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
