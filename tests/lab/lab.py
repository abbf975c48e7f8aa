"""The federation lab: two XMPP servers, their DNS and certificates, and an immpd on each. `./run lab` calls this.

lab.json in the lab's folder holds what `up` printed and the description of every process.
"""

import argparse
import dataclasses
import json
import os
import secrets
import shutil
import signal
import sys

import authority
import daemon
import ejabberd
import nameserver
import prosody
from ports import LOOPBACK, Reservation
from processes import Failure, end, is_alive, kill, start, tail

SERVERS = {"prosody": prosody, "ejabberd": ejabberd}
USERS = {"a": ("alice", "carol"), "b": ("bob", "dave")}
PORTS = ("c2s", "s2s", "component", "listener", "tls")
ENTRIES = ("a", "b", "ca", "dns", "lab.json")


@dataclasses.dataclass
class Side:
    """One domain of the federation."""
    domain: str
    jid: str
    kind: str
    ports: dict
    component_secret: str
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


class Lab:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.shown = {}
        self.processes = {}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def save(self):
        state = {"shown": self.shown, "processes": self.processes}
        draft = self.path("lab.json.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(state, file, indent=1)
        os.replace(draft, self.path("lab.json"))

    def load(self):
        try:
            with open(self.path("lab.json"), encoding="utf-8") as file:
                state = json.load(file)
        except OSError as error:
            raise Failure(f"{self.folder} holds no lab: {error.strerror}") from error
        self.shown, self.processes = state["shown"], state["processes"]
        return self

    def start(self, name):
        """Starts one process; its id is on disk before anybody waits for it."""
        say(f"starting {name}")
        process = self.processes[name]
        try:
            start(name, process)
        finally:
            side, _, role = name.partition(".")
            if side in self.shown and process.get("pid"):
                owner = self.shown[side] if role == "immpd" else self.shown[side]["xmpp"]
                owner["pid"] = process["pid"]
            self.save()

    def end(self):
        for name in reversed(list(self.processes)):
            end(self.processes[name])


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def claim_folder(lab):
    """A new or empty folder, or one whose lab has ended: then the old lab's files go."""
    os.makedirs(lab.folder, mode=0o700, exist_ok=True)
    entries = set(os.listdir(lab.folder))
    if not entries:
        return
    if not entries <= set(ENTRIES) or "lab.json" not in entries:
        raise Failure(f"{lab.folder} is not empty and not a lab")
    old = Lab(lab.folder).load()
    alive = [name for name, process in old.processes.items() if is_alive(process)]
    if alive:
        raise Failure(f"a lab runs in {lab.folder} ({', '.join(alive)}): end it with ./run lab down")
    for entry in entries:
        path = lab.path(entry)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def build_side(lab, name, kind, reservation, ca):
    domain = f"{name}.example"
    side = Side(domain=domain, jid=f"immp.{domain}", kind=kind, ports={port: reservation.take() for port in PORTS},
                component_secret=secrets.token_hex(16), users={user: secrets.token_hex(16) for user in USERS[name]})
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
        "xmpp": {"kind": side.kind, "c2s": address("c2s"), "pid": None},
        "logs": [path for role in ("immpd", "xmpp") if (process := lab.processes.get(f"{name}.{role}"))
                 for path in (*process["logs"], process["log"])],
    }


def up(options):
    lab = Lab(options.folder)
    claim_folder(lab)
    reservation = Reservation()
    try:
        raise_federation(lab, options, reservation)
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
    for name in sorted(lab.processes, key=lambda name: name.endswith("immpd")):
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
    Lab(options.folder).load().end()


def kill_one(options):
    lab = Lab(options.folder).load()
    kill(lab.processes[one_process(lab, options)])


def start_one(options):
    lab = Lab(options.folder).load()
    name = one_process(lab, options)
    if is_alive(lab.processes[name]):
        raise Failure(f"{name} runs already")
    lab.start(name)
    if f"{options.side}.immpd" in lab.processes and is_alive(lab.processes[f"{options.side}.immpd"]):
        say("waiting for the component handshake")
        daemon.wait_for_handshake(lab.path(options.side), lab.processes[f"{options.side}.immpd"]["log"])


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./run lab")
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


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse(arguments)
    try:
        options.act(options)
    except Failure as failure:
        say(f"failed: {failure}")
        if failure.log:
            print(f"--- the end of {failure.log}\n{tail(failure.log)}", file=sys.stderr, end="")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
