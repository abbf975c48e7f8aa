"""immpd as the lab runs it: its configuration, its accounts, its process, and whether mail can flow."""

import json
import os
import socket
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
    """Status and output; one that takes too long is ended and has failed."""
    command = [_program(), *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS,
                              check=False)
    except subprocess.TimeoutExpired:
        return 124, "", f"immpd {arguments[0]} did not end within {COMMAND_SECONDS} s"
    return done.returncode, done.stdout, done.stderr.strip()


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
    status, output, errors = _run("account", "add", address, "--config", config, "--json")
    if status != 0:
        raise Failure(f"immpd account add {address}: {errors or output}")
    return json.loads(output)["secret"]


def describe(folder, config, side):
    log = os.path.join(folder, "immpd.log")
    env = {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"}
    env |= {name: os.environ[name] for name in ("TSAN_OPTIONS",) if name in os.environ}  # where a sanitizer reports (./run check)
    return {"argv": [_program(), "run", "--config", config], "env": env, "cwd": folder, "log": log, "logs": [],
            "ports": [side.ports["listener"], side.ports["tls"]]}


def wait_for_flow(config, domain, log):
    """Returns when `immpd ping` of this daemon reaches the domain: handshake, DNS, s2s, the peer's key, a sealed echo."""
    last = []

    def reached():
        status, output, errors = _run("ping", domain, "--config", config)
        last[:] = [output.strip(), errors]
        return status == 0

    try:
        wait_until(f"mail to {domain} can flow", reached, FLOW_SECONDS, interval=0.2)
    except Late as late:
        raise Failure("\n".join([f"{late}; immpd ping says:", *filter(None, last)]), log) from late


NOBODY = "nobody.example"  # no such domain, so that a ping ends there and no bundle crosses


def _first_step(folder):
    """The first step of a ping, from the running daemon itself: the command would wait for the steps behind it, too."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(COMMAND_SECONDS)
        try:
            control.connect(os.path.join(folder, "store", "control.sock"))
            control.sendall(f"ping {NOBODY}\n".encode())
            return json.loads(control.makefile().readline() or "null")
        except OSError:
            return None


def wait_for_handshake(folder, log):
    """Returns when the daemon's component is attached to its XMPP server."""
    last = []

    def attached():
        last[:] = [_first_step(folder)]
        return last[0] and last[0]["ok"]

    try:
        wait_until("the component handshake", attached, FLOW_SECONDS, interval=0.1)
    except Late as late:
        raise Failure(f"{late}; the daemon says: {last[0]}", log) from late
