"""Prosody 0.12 as an XMPP server of the lab: its configuration and its process."""

import os

from ports import LOOPBACK

CONFIG = """\
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
plugin_paths = {{}}
certificates = "{folder}"
log = {{ {{ levels = {{ min = "{level}" }}, to = "file", filename = "{folder}/prosody.log" }} }}

interfaces = {{ "{loopback}" }}
c2s_ports = {{ {c2s} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{ {s2s} }}
s2s_direct_tls_ports = {{}}
component_ports = {{ {component} }}
component_interfaces = {{ "{loopback}" }}
use_ipv6 = false
unbound = {{ hoststxt = false, resolvconf = false, forward = "{loopback}@{dns}",
  options = {{ ["do-not-query-localhost:"] = "no" }} }}

modules_enabled = {{ "disco", "roster", "saslauth", "tls", "ping", "posix", "carbons", "smacks", "version"{modules} }}
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = true
s2s_secure_auth = true
ssl = {{ certificate = "{certificate}", key = "{key}", cafile = "{ca}" }}
{extra}
VirtualHost "{domain}"

Component "{jid}"
  component_secret = "{secret}"
  component_conflict_resolve = "kick_old"

Component "{bare_jid}"
  component_secret = "{secret}"
"""

BARE_PORT = "component"  # of bare_jid: Prosody tells its components apart by name

STOCK_LIMITS = 'limits = { c2s = { rate = "10kb/s" }, s2sin = { rate = "30kb/s" } }\n'  # as in Debian's prosody.cfg.lua
TUNED = 'network_default_read_size = 262144\nnetwork_settings = { nagle = false }\ngc = { mode = "generational" }\n'


def _write_accounts(data, side):
    accounts = os.path.join(data, side.domain.replace(".", "%2e"), "accounts")
    os.makedirs(accounts)
    for user, password in {**side.users, **side.guests}.items():
        with open(os.path.join(accounts, user + ".dat"), "w", encoding="ascii") as file:
            file.write(f'return {{ ["password"] = "{password}" }};\n')


def describe(folder, side, world):
    stock = world.limits == "stock"
    modules = [name for name, wanted in (("limits", stock), ("stanza_debug", world.stanzas)) if wanted]
    data = os.path.join(folder, "data")
    _write_accounts(data, side)
    config = os.path.join(folder, "prosody.cfg.lua")
    with open(config, "w", encoding="ascii") as file:
        file.write(CONFIG.format(
            folder=folder, level="debug" if world.stanzas else "info", loopback=LOOPBACK, dns=world.dns_port,
            modules="".join(f', "{name}"' for name in modules),
            extra=(STOCK_LIMITS if stock else "") + (TUNED if world.tuned else ""),
            certificate=side.certificate, key=side.key, ca=world.ca, domain=side.domain, jid=side.jid, bare_jid=side.bare_jid,
            secret=side.component_secret, c2s=side.ports["c2s"], s2s=side.ports["s2s"], component=side.ports["component"]))
    return {"argv": ["/usr/bin/prosody", "--config", config, "-F"], "env": {"PATH": "/usr/bin:/bin", "HOME": folder},
            "cwd": folder, "log": os.path.join(folder, "console.log"), "logs": [os.path.join(folder, "prosody.log")],
            "ports": [side.ports[name] for name in ("c2s", "s2s", "component")]}
