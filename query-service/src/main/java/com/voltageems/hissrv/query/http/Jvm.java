package com.voltageems.hissrv.query.http;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** Memory and CPU of this process, under the names that Prometheus's own exporter uses. */
final class Jvm {
  private Jvm() {}

  static void into(StringBuilder text) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    Metrics.head(text, "jvm_memory_used_bytes", "gauge", "Used bytes of a memory area.");
    long heap = memory.getHeapMemoryUsage().getUsed();
    Metrics.value(text, "jvm_memory_used_bytes{area=\"heap\"}", heap);
    long rest = memory.getNonHeapMemoryUsage().getUsed();
    Metrics.value(text, "jvm_memory_used_bytes{area=\"nonheap\"}", rest);
    Metrics.head(text, "jvm_memory_max_bytes", "gauge", "Most bytes of a memory area.");
    long most = memory.getHeapMemoryUsage().getMax();
    Metrics.value(text, "jvm_memory_max_bytes{area=\"heap\"}", most);
    Metrics.head(text, "jvm_gc_collection_seconds", "summary", "Time spent in collections.");
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      String labels = "{gc=\"" + gc.getName() + "\"} ";
      text.append("jvm_gc_collection_seconds_count").append(labels);
      text.append(gc.getCollectionCount()).append('\n');
      text.append("jvm_gc_collection_seconds_sum").append(labels);
      text.append(gc.getCollectionTime() / 1e3).append('\n');
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean process) {
      Metrics.head(text, "process_cpu_seconds_total", "counter", "CPU time of this process.");
      text.append("process_cpu_seconds_total ");
      text.append(process.getProcessCpuTime() / 1e9).append('\n');
    }
  }
}
