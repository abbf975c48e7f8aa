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
ssl = {{ cafile = "{ca}" }}
{extra}"""

DOMAIN = """
VirtualHost "{domain}"
  ssl = {{ certificate = "{certificate}", key = "{key}" }}

Component "{jid}"
  component_secret = "{secret}"
  component_conflict_resolve = "kick_old"

Component "{bare_jid}"
  component_secret = "{secret}"
"""

PUBSUB = """
Component "{jid}" "pubsub"
  admins = {{ "{admin}" }}
"""

SHARED_PORTS = ("c2s", "s2s", "component")  # of all domains that one server serves
BARE_PORT = "component"  # of bare_jid: Prosody tells its components apart by name

STOCK_LIMITS = 'limits = { c2s = { rate = "10kb/s" }, s2sin = { rate = "30kb/s" } }\n'  # as in Debian's prosody.cfg.lua
TUNED = 'network_default_read_size = 262144\nnetwork_settings = { nagle = false }\ngc = { mode = "generational" }\n'


def _write_accounts(data, side):
    accounts = os.path.join(data, side.domain.replace(".", "%2e"), "accounts")
    os.makedirs(accounts)
    for user, password in {**side.users, **side.guests}.items():
        with open(os.path.join(accounts, user + ".dat"), "w", encoding="ascii") as file:
            file.write(f'return {{ ["password"] = "{password}" }};\n')


def _domain(side, world):
    text = DOMAIN.format(certificate=side.certificate, key=side.key, domain=side.domain, jid=side.jid, bare_jid=side.bare_jid,
                         secret=side.component_secret)
    return text + (PUBSUB.format(jid=side.pubsub_jid, admin=side.pubsub_admin) if world.pubsub else "")


def describe(folder, sides, world):
    stock = world.limits == "stock"
    modules = [name for name, wanted in (("limits", stock), ("stanza_debug", world.stanzas)) if wanted]
    data, ports = os.path.join(folder, "data"), sides[0].ports
    for side in sides:
        _write_accounts(data, side)
    config = os.path.join(folder, "prosody.cfg.lua")
    with open(config, "w", encoding="ascii") as file:
        file.write(CONFIG.format(
            folder=folder, level="debug" if world.stanzas else "info", loopback=LOOPBACK, dns=world.dns_port,
            modules="".join(f', "{name}"' for name in modules),
            extra=(STOCK_LIMITS if stock else "") + (TUNED if world.tuned else ""),
            ca=world.ca, c2s=ports["c2s"], s2s=ports["s2s"], component=ports["component"]))
        file.writelines(_domain(side, world) for side in sides)
    return {"argv": ["/usr/bin/prosody", "--config", config, "-F"], "env": {"PATH": "/usr/bin:/bin", "HOME": folder},
            "cwd": folder, "log": os.path.join(folder, "console.log"), "logs": [os.path.join(folder, "prosody.log")],
            "ports": [ports[name] for name in SHARED_PORTS]}
