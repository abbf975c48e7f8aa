-- Prosody in a container: what README.md tells an administrator to write stands at the end, word for word.
-- example.org and SECRET are filled in at start (xmpp-container).
daemonize = false
pidfile = "/tmp/prosody.pid"
data_path = "/var/lib/prosody"
plugin_paths = {}
log = { { levels = { min = "info" }, to = "console" } }

-- No XMPP users here: nobody but other servers and the component connects.
modules_enabled = { "disco", "saslauth", "tls", "ping", "posix", "version" }
modules_disabled = { "c2s" }
c2s_ports = {}
c2s_direct_tls_ports = {}
s2s_ports = { 5269 }
s2s_direct_tls_ports = {}
component_ports = { 5347 }
component_interfaces = { "0.0.0.0" } -- immpd is in another container
use_ipv6 = false
authentication = "internal_hashed"
storage = "internal"

certificates = "/etc/immp/secrets"
ssl = { certificate = "/etc/immp/secrets/cert.pem", key = "/etc/immp/secrets/key.pem", cafile = "/etc/immp/secrets/ca.pem" }
s2s_secure_auth = true

-- The engine's own resolver is on 127.0.0.11, and gives addresses 600 seconds to live: a renewed container has another one.
unbound = { resolvconf = true, hoststxt = true, options = { ["do-not-query-localhost:"] = "no", ["cache-max-ttl:"] = "2" } }

VirtualHost "example.org"

Component "immp.example.org"
    component_secret = "SECRET"
    component_conflict_resolve = "kick_old"  -- or a reconnect is refused while the old session dies
