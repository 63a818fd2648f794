package com.voltageems.hissrv.influx.sink;

/**
 * What a task tells by JMX, as {@code com.voltageems.hissrv:type=influx-sink,connector=NAME,
 * task=N}. Counts begin with the task. Public because JMX asks for it.
 */
public interface SinkMetricsMXBean {
  /** Records received. */
  long getRecords();

  /** Records passed over because a setting says so. */
  long getRecordsIgnored();

  /** Records reported to the dead-letter queue, whole or for one of their fields. */
  long getRecordsReported();

  /** Records dropped because {@code rejected.records=drop}. */
  long getRecordsDropped();

  /** Lines that the database has acknowledged. */
  long getLinesWritten();

  /** Bytes of those lines. */
  long getBytesWritten();

  /** Requests that the database has acknowledged. */
  long getRequestsWritten();

  /** The time that those requests took together. */
  long getWriteTimeMillis();

  /** Requests that failed and were tried again. */
  long getRetries();

  /** Records whose fate is open. */
  long getBufferedRecords();

  /** Bytes of line protocol held. */
  long getBufferedBytes();

  /** Lines that a full request has at present. */
  long getBatchLines();

  /** Whether the task has paused its topics. */
  boolean isPaused();

  /** The last failure, empty when there was none. */
  String getLastError();
}
