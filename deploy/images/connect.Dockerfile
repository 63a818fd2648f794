# A Kafka Connect worker with both plugins and the Prometheus exporter.
#   mvn package && docker build -f deploy/images/connect.Dockerfile -t hissrv-connect .
# For Strimzi, give its Kafka image: --build-arg BASE=<Strimzi's image> --build-arg RUN_AS=1001
ARG BASE=apache/kafka:4.3.1
FROM ${BASE}
# appuser of that image
ARG RUN_AS=1000

USER 0
COPY deploy/target/image/plugins/ /opt/kafka/plugins/
COPY deploy/target/image/jmx_prometheus_javaagent.jar /opt/hissrv/
COPY deploy/monitoring/connect-jmx.yml /opt/hissrv/
COPY deploy/images/connect.sh /opt/hissrv/
USER ${RUN_AS}

# 8083: Connect's REST API; 9404: metrics for Prometheus
EXPOSE 8083 9404
# Strimzi starts the worker by a command of its own.
CMD ["/opt/hissrv/connect.sh"]
