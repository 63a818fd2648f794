# The HTTP service with its web page, and the commands for a site: docker run … apply /etc/hissrv/hissrv.yml
#   mvn package && docker build -f deploy/images/query-service.Dockerfile -t hissrv-query-service .
FROM eclipse-temurin:17-jre-alpine

RUN adduser -D -H -u 10001 hissrv
COPY deploy/target/image/query-service.jar /opt/hissrv/query-service.jar
USER 10001

EXPOSE 8082
ENV JAVA_OPTS="-Xms32m -Xmx256m -XX:+UseSerialGC -XX:ReservedCodeCacheSize=64m -XX:+ExitOnOutOfMemoryError"
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8082/openapi.json"]
# JAVA_OPTS are several words.
ENTRYPOINT ["/bin/sh", "-c", "exec java $JAVA_OPTS -jar /opt/hissrv/query-service.jar \"$@\"", "hissrv"]
CMD ["--config", "/etc/hissrv/hissrv.yml"]
