package com.voltageems.hissrv.query.site.key;

import java.util.List;

/**
 * Keys for TLS to Redis, to the database and to Connect: the same for each, named as in the source
 * connector.
 */
final class TlsKeys {
  static final String REDIS =
      "With `rediss://`: which certificates count, for the source connector and for `POST /sync` of"
          + " the service. Where a file lies elsewhere on the worker, `advanced.source` says so.";

  static final String DATABASE =
      "With `https://`: which certificates count, for the sink connector (`influxdb.ssl.*`) and for"
          + " the service (`store.influxdb1.ssl.*`, `store.influxdb2.ssl.*`). Where a file lies"
          + " elsewhere on the worker, `advanced.sink` says so.";

  static final String CONNECT =
      "With `https://`: which certificates count for Connect's REST API, for the commands and for"
          + " the service (`connect.ssl.*`).";

  static final Shape.Section TLS =
      new Shape.Section(
          List.of(
              Key.of(
                  "truststore",
                  new Shape.Section(
                      List.of(
                          Key.of(
                              "path",
                              Scalar.file(),
                              "The certificates to trust: PEM, PKCS12 or JKS. Left out: those that"
                                  + " the JVM trusts."),
                          Key.of(
                              "password",
                              Scalar.secret(),
                              "Password of that file; PEM has none."))),
                  "Whom to trust."),
              Key.of(
                  "keystore",
                  new Shape.Section(
                      List.of(
                          Key.of(
                              "path",
                              Scalar.file(),
                              "The client's certificate and private key: PEM (one file with both),"
                                  + " PKCS12 or JKS."),
                          Key.of(
                              "password",
                              Scalar.secret(),
                              "Password of that file; PEM has none."))),
                  "What to show, where the server asks for a client certificate."),
              Key.of(
                  "key",
                  new Shape.Section(
                      List.of(
                          Key.of(
                              "password",
                              Scalar.secret(),
                              "Password of the private key, where it has one other than the"
                                  + " file's."))),
                  "The private key."),
              Key.of(
                  "verify",
                  new Shape.Section(
                      List.of(
                          Key.of(
                              "hostname",
                              Scalar.bool(),
                              "Whether the server's certificate has to name the host of the"
                                  + " address (true where this is left out). Without it anybody"
                                  + " with a trusted certificate may answer."))),
                  "What is checked.")));

  private TlsKeys() {}
}
