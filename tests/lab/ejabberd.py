"""ejabberd 23.01 as an XMPP server of the lab: its configuration and its process.

It is started through erl: ejabberdctl refuses any user but root and ejabberd, and wants distribution, thus epmd.
"""

import glob
import os

from ports import LOOPBACK

CONFIG = """\
hosts: [{domains}]
loglevel: {level}
log_rotate_size: infinity
certfiles: [{certificates}]
ca_file: "{ca}"

listen:
  - {{port: {c2s}, ip: "{loopback}", module: ejabberd_c2s, max_stanza_size: 262144, shaper: c2s_shaper, access: c2s,
     starttls_required: true}}
  - {{port: {s2s}, ip: "{loopback}", module: ejabberd_s2s_in, max_stanza_size: 524288, shaper: s2s_shaper}}
{components}
s2s_use_starttls: required
s2s_max_retry_delay: 1 second
outgoing_s2s_families: [ipv4]
auth_method: internal
auth_password_format: scram
disable_sasl_mechanisms: [digest-md5, X-OAUTH2]

access_rules:
  local: {{allow: all}}
  c2s: {{allow: all}}

{shapers}
modules:
  mod_adhoc: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_disco: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_stream_mgmt: {{}}
  mod_version: {{}}
{extra}"""

# Two components on one listener are misrouted.
COMPONENT = """\
  - {{port: {port}, ip: "{loopback}", module: ejabberd_service, access: all, hosts: {{"{jid}": {{password: "{secret}"}}}}}}
"""
COMPONENT_PORTS = {"component": "jid", "bare": "bare_jid"}

PUBSUB = """\
  mod_pubsub: {plugins: [flat], access_createnode: local}
"""

SHARED_PORTS = ("c2s", "s2s")  # of all domains that one server serves
BARE_PORT = "bare"  # of bare_jid

NO_LIMITS = """\
shaper_rules:
  c2s_shaper: none
  s2s_shaper: none
"""

STOCK_LIMITS = """\
shaper:
  normal: {rate: 3000, burst_size: 20000}
  fast: 200000
shaper_rules:
  c2s_shaper: normal
  s2s_shaper: fast
"""  # as in Debian's ejabberd.yml

# Without resolv_conf "" the machine's own resolver is asked.
INETRC = """\
{{lookup,["file","dns"]}}.
{{resolv_conf,""}}.
{{nameserver,{{127,0,0,1}},{dns}}}.
"""


def _library_folder():
    return os.path.dirname(os.path.dirname(glob.glob("/usr/lib/*/ejabberd-*/ebin")[0]))


def _write_users(path, sides):
    """Erlang terms, so that no password stands on a command line."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        for side in sides:
            for user, password in {**side.users, **side.guests}.items():
                file.write(f'{{<<"{user}">>,<<"{side.domain}">>,<<"{password}">>}}.\n')


def _components(sides):
    return "".join(COMPONENT.format(port=side.ports[port], loopback=LOOPBACK, jid=getattr(side, jid), secret=side.component_secret)
                   for side in sides for port, jid in COMPONENT_PORTS.items())


def _quoted(texts):
    return ", ".join(f'"{text}"' for text in texts)


AFTER_START = ('{{ok,Users}}=file:consult("{users}"),[ejabberd_auth:try_register(U,D,P)||{{U,D,P}}<-Users],'
               'ok=file:write_file("{ready_file}",<<>>).')


def describe(folder, sides, world):
    spool, ready_file = os.path.join(folder, "spool"), os.path.join(folder, "ready")
    config, inetrc, log, users = (os.path.join(folder, name)
                                  for name in ("ejabberd.yml", "inetrc", "ejabberd.log", "users.terms"))
    _write_users(users, sides)
    ports = sides[0].ports
    with open(config, "w", encoding="ascii") as file:
        file.write(CONFIG.format(
            domains=_quoted(side.domain for side in sides), certificates=_quoted(side.both for side in sides), level="info",
            ca=world.ca, loopback=LOOPBACK, components=_components(sides), c2s=ports["c2s"], s2s=ports["s2s"],
            shapers=STOCK_LIMITS if world.limits == "stock" else NO_LIMITS, extra=PUBSUB if world.pubsub else ""))
    with open(inetrc, "w", encoding="ascii") as file:
        file.write(INETRC.format(dns=world.dns_port))
    env = {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8", "ERL_LIBS": _library_folder(),
           "ERL_INETRC": inetrc, "ERL_CRASH_DUMP": os.path.join(folder, "erl_crash.dump"), "ERL_CRASH_DUMP_BYTES": "0",
           "EJABBERD_CONFIG_PATH": config, "EJABBERD_LOG_PATH": log}
    return {"argv": ["/usr/bin/erl", "-noinput", "-mnesia", "dir", f'"{spool}"', "-s", "ejabberd",
                     "-eval", AFTER_START.format(users=users, ready_file=ready_file)],
            "env": env, "cwd": folder, "log": os.path.join(folder, "console.log"), "logs": [log], "ready_file": ready_file,
            "ports": [*(ports[name] for name in SHARED_PORTS), *(side.ports[name] for side in sides for name in COMPONENT_PORTS)]}
