package com.voltageems.hissrv.redis.source.link;

/**
 * Names of the connection's settings, as its owner calls them. The link itself does not know them,
 * but its messages tell the user which setting to change. The names of the TLS settings are in
 * {@link RedisTls}.
 *
 * @param uri address of a single server
 * @param mode kind of server
 * @param nodes addresses of the sentinels or of cluster nodes
 * @param username user of the login
 * @param password password of the login
 * @param timeout how long to wait for a connection and for each reply
 * @param sentinelMaster name of the primary as the sentinels know it
 * @param sentinelUsername user of the login to the sentinels
 * @param sentinelPassword password of that user
 */
public record SettingNames(
    String uri,
    String mode,
    String nodes,
    String username,
    String password,
    String timeout,
    String sentinelMaster,
    String sentinelUsername,
    String sentinelPassword) {}
