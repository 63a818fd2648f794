package com.voltageems.hissrv.redis.source.link;

/**
 * What the owner of a connection calls its settings: the link itself knows none of them, but its
 * messages say which to change. Those of TLS are in {@link RedisTls}.
 *
 * @param uri address of a single server
 * @param mode what kind of server it is
 * @param nodes addresses of sentinels or of a cluster
 * @param username who logs in
 * @param password by what
 * @param timeout how long to wait for a connection and for each reply
 */
public record SettingNames(
    String uri, String mode, String nodes, String username, String password, String timeout) {}
