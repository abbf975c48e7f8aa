"""The federation lab: two XMPP servers, their DNS and certificates, and an immpd on each. `./run lab` calls this."""

import argparse
import dataclasses
import json
import os
import secrets
import signal
import sys

import authority
import daemon
import ejabberd
import nameserver
import prosody
from folder import Folder, say
from ports import LOOPBACK, Reservation, describe_keeper
from processes import Failure, kill, tail

SERVERS = {"prosody": prosody, "ejabberd": ejabberd}
USERS = {"a": ("alice", "carol"), "b": ("bob", "dave")}
PORTS = ("c2s", "s2s", "component", "bare", "listener", "tls")


@dataclasses.dataclass
class Side:
    """One domain of the federation."""
    domain: str
    jid: str
    kind: str
    ports: dict
    component_secret: str
    bare_jid: str  # a second component, free for who measures or tests the servers beside a running immpd
    users: dict
    certificate: str = ""
    key: str = ""
    both: str = ""


@dataclasses.dataclass
class World:
    """What all servers of the lab share."""
    ca: str
    dns_port: int
    limits: str
    tuned: bool
    stanzas: bool


def build_side(lab, name, kind, reservation, ca):
    domain = f"{name}.example"
    side = Side(domain=domain, jid=f"immp.{domain}", kind=kind, ports={port: reservation.take() for port in PORTS},
                component_secret=secrets.token_hex(16), bare_jid=f"bare.{domain}",
                users={user: secrets.token_hex(16) for user in USERS[name]})
    os.makedirs(lab.path(name, "xmpp"))
    side.certificate, side.key, side.both = ca.issue(domain, lab.path(name))
    return side


def show(lab, name, side, world, config):
    """The object that `up` prints for one domain."""
    def address(port):
        return f"{LOOPBACK}:{side.ports[port]}"
    return {
        "domain": side.domain, "listener": address("listener"), "tls": address("tls"), "ca": world.ca,
        "accounts": {f"{user}@{side.domain}": secret for user, secret in side.users.items()},
        "config": config, "pid": None,
        "component": {"jid": side.jid, "secret": side.component_secret, "address": address("component")},
        "bare": {"jid": side.bare_jid, "secret": side.component_secret,
                 "address": address(SERVERS[side.kind].BARE_PORT)},
        "xmpp": {"kind": side.kind, "c2s": address("c2s"), "pid": None},
        "logs": [path for role in ("immpd", "xmpp") if (process := lab.processes.get(f"{name}.{role}"))
                 for path in (*process["logs"], process["log"])],
    }


def up(options):
    with Folder(options.folder).claimed() as lab:
        try:
            raise_federation(lab, options, Reservation())
        except BaseException:
            lab.end()
            raise
    print(json.dumps(lab.shown))


def raise_federation(lab, options, reservation):
    ca = authority.Authority(lab.path("ca"))
    world = World(ca.certificate, reservation.take(), options.limits, options.tuned, options.stanzas)
    sides = {name: build_side(lab, name, kind, reservation, ca) for name, kind in (("a", options.a), ("b", options.b))}
    lab.processes["dns"] = nameserver.describe(lab.path("dns"), world.dns_port, sides.values())
    for name, side in sides.items():
        config = daemon.write_config(lab.path(name), side)
        if options.immpd:  # an account's secret is its user's XMPP password too
            side.users = {user: daemon.add_account(config, f"{user}@{side.domain}") for user in side.users}
        lab.processes[f"{name}.xmpp"] = SERVERS[side.kind].describe(lab.path(name, "xmpp"), side, world)
        if options.immpd:
            lab.processes[f"{name}.immpd"] = daemon.describe(lab.path(name), config, side)
        lab.shown[name] = show(lab, name, side, world, config)
    lab.processes["keeper"] = describe_keeper(lab.root)
    lab.start("keeper", reservation.descriptors())
    for name in sorted((name for name in lab.processes if name != "keeper"), key=lambda name: name.endswith("immpd")):
        lab.start(name)
    if options.immpd:
        wait_for_flow(lab)


def wait_for_flow(lab):
    for here, there in (("a", "b"), ("b", "a")):
        say(f"waiting until mail can flow from {here} to {there}")
        daemon.wait_for_flow(lab.shown[here]["config"], lab.shown[there]["domain"], lab.processes[f"{here}.immpd"]["log"])


def one_process(lab, options):
    name = f"{options.side}.{options.role}"
    if name not in lab.processes:
        raise Failure(f"this lab has no {name}")
    return name


def down(options):
    with Folder(options.folder).turn() as lab:
        lab.load().end()


def kill_one(options):
    with Folder(options.folder).turn() as lab:
        kill(lab.load().processes[one_process(lab, options)])


def start_one(options):
    with Folder(options.folder).turn() as lab:
        name = one_process(lab.load(), options)
        if lab.is_alive(name):
            raise Failure(f"{name} runs already")
        lab.start(name)
    immpd = f"{options.side}.immpd"
    if lab.is_alive(immpd) and lab.is_alive(f"{options.side}.xmpp"):
        say("waiting for the component handshake")
        daemon.wait_for_handshake(lab.path(options.side), lab.processes[immpd]["log"])


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"lab: {message}; see ./run help\n")


def parse(arguments):
    parser = Parser(prog="./run lab")
    commands = parser.add_subparsers(required=True, metavar="up|down|kill|start")
    command = commands.add_parser("up", help="start a federation and print it as JSON")
    command.add_argument("folder", metavar="DIR")
    command.add_argument("--a", choices=SERVERS, default="prosody")
    command.add_argument("--b", choices=SERVERS, default="ejabberd")
    command.add_argument("--limits", choices=("off", "stock"), default="off", help="Debian's own rate limits, or none")
    command.add_argument("--tuned", action="store_true", help="Prosody with large reads, no Nagle, generational gc")
    command.add_argument("--stanzas", action="store_true", help="Prosody logs every stanza (mod_stanza_debug)")
    command.add_argument("--no-immpd", dest="immpd", action="store_false", help="only the XMPP servers")
    command.set_defaults(act=up)
    command = commands.add_parser("down", help="end a federation")
    command.add_argument("folder", metavar="DIR")
    command.set_defaults(act=down)
    for verb, act in (("kill", kill_one), ("start", start_one)):
        command = commands.add_parser(verb, help=f"{verb} one process")
        command.add_argument("folder", metavar="DIR")
        command.add_argument("side", choices=("a", "b"))
        command.add_argument("role", choices=("immpd", "xmpp"))
        command.set_defaults(act=act)
    return parser.parse_args(arguments)


def stop(number, _):
    """A signal ends the command as a failure does, so that `up` leaves no process behind."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def main(arguments):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    options = parse(arguments)
    try:
        options.act(options)
    except Failure as failure:
        say(f"failed: {failure}")
        if failure.log:
            print(f"--- the end of {failure.log}\n{tail(failure.log)}", file=sys.stderr, end="")
        return 1
    except OSError as error:
        say(f"failed: {error.filename}: {error.strerror}" if error.filename else f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
