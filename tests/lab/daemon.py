"""immpd as the lab runs it: its configuration, its accounts, its process, and whether mail can flow."""

import json
import os
import subprocess

from ports import LOOPBACK
from processes import Failure
from waiting import Late, wait_until

FLOW_SECONDS = 60
COMMAND_SECONDS = 30

CONFIG = """\
domain = "{domain}"

[listener]
address = "{loopback}"
port = {listener}
tls_address = "{loopback}"
tls_port = {tls}
certificate = "{certificate}"
key = "{key}"

[component]
address = "{loopback}"
port = {component}
jid = "{jid}"
secret = "{secret}"

[store]
directory = "{store}"

[log]
level = "{level}"
"""


def _program():
    return os.path.join(os.environ["IMMP_BIN"], "immpd")


def _run(*arguments):
    return subprocess.run([_program(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=COMMAND_SECONDS, check=False)


def write_config(folder, side):
    store = os.path.join(folder, "store")
    os.makedirs(store, mode=0o700)
    config = os.path.join(folder, "immpd.toml")
    with open(os.open(config, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(CONFIG.format(domain=side.domain, loopback=LOOPBACK, certificate=side.certificate, key=side.key,
                                 jid=side.jid, secret=side.component_secret, store=store, level="info", **{
                                     name: side.ports[name] for name in ("listener", "tls", "component")}))
    return config


def add_account(config, address):
    """The secret that immpd made for it."""
    done = _run("account", "add", address, "--config", config, "--json")
    if done.returncode != 0:
        raise Failure(f"immpd account add {address}: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout)["secret"]


def describe(folder, config, side):
    log = os.path.join(folder, "immpd.log")
    return {"argv": [_program(), "run", "--config", config], "env": {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"},
            "cwd": folder, "log": log, "logs": [], "ports": [side.ports["listener"], side.ports["tls"]]}


def wait_for_flow(config, domain, log):
    """Returns when `immpd ping` of this daemon reaches the domain: handshake, DNS, s2s, the peer's key, a sealed echo."""
    last = []

    def reached():
        done = _run("ping", domain, "--config", config)
        last[:] = [(done.stdout + done.stderr).strip()]
        return done.returncode == 0

    try:
        wait_until(f"mail to {domain} can flow", reached, FLOW_SECONDS, interval=0.2)
    except (Late, subprocess.TimeoutExpired) as late:
        raise Failure(f"{late}; immpd ping says: {last and last[0]}", log) from late
