package com.voltageems.hissrv.influx.http;

import com.voltageems.hissrv.plugin.tls.RenewedTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** Makes each new connection with the certificates as they are in their files now. Thread-safe. */
final class RenewedSockets extends SSLSocketFactory {
  private final RenewedTls tls;

  RenewedSockets(RenewedTls tls) {
    this.tls = tls;
  }

  private SSLSocketFactory now() {
    return tls.get().context().getSocketFactory();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return now().getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return now().getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean closes)
      throws IOException {
    return now().createSocket(socket, host, port, closes);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return now().createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return now().createSocket(host, port, local, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return now().createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return now().createSocket(host, port, local, localPort);
  }
}
