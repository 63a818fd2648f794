package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsSettings;

/**
 * TLS of the connection to Redis.
 *
 * @param names the settings that it was read from, for messages
 */
public record RedisTls(TlsSettings names, Tls tls) {}
