package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsSettings;

/**
 * How the connection to Redis is encrypted.
 *
 * @param names the settings it was read from, for messages
 */
public record RedisTls(TlsSettings names, Tls tls) {}
