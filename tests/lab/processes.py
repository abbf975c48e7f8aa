"""Processes that outlive the command which starts them, described as data so that a later command can end or repeat them.

A description is a dict: argv, env, cwd, log (its output), ports (TCP ports it listens on when it is ready), optionally
ready_file (which it writes when it is ready), and, once started, pid and birth (the kernel's start time, which tells our
process from a later one with the same id).
"""

import os
import signal
import subprocess

from waiting import Late, wait_until

START_SECONDS = 60
END_SECONDS = 10


class Failure(Exception):
    """A step failed; `log` is the file that tells why."""

    def __init__(self, message, log=None):
        super().__init__(message)
        self.log = log


def _stat(pid):
    """State letter and start time of a process, or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[19])


def is_alive(process):
    """A zombie counts as dead: in a container nobody may be there to reap it."""
    stat = _stat(process["pid"]) if process.get("pid") else None
    return stat is not None and stat[0] not in "ZX" and stat[1] == process["birth"]


def _sockets(pid):
    """Inodes of the process's sockets; None where the kernel hides them (dnsmasq as root in a container)."""
    try:
        return {target[8:-1] for target in map(_target, os.scandir(f"/proc/{pid}/fd")) if target.startswith("socket:[")}
    except PermissionError:
        return None
    except OSError:
        return set()  # the process ended


def _target(descriptor):
    try:
        return os.readlink(descriptor.path)
    except FileNotFoundError:
        return ""  # closed meanwhile, as a server in its start does all the time


def reset_peak(pid):
    """From now on peak_bytes() begins at what the process holds now."""
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def peak_bytes(pid):
    """The most memory that the process has held so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))


def listening_ports(pid):
    """TCP ports that the process itself listens on; a stranger's listener on the same port does not count."""
    inodes = _sockets(pid)
    ports = set()
    for table in (f"/proc/{pid}/net/tcp", f"/proc/{pid}/net/tcp6"):
        try:
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
        except OSError:
            continue
        listen = "0A"
        ports |= {int(row[1].rpartition(":")[2], 16) for row in rows
                  if row[3] == listen and (inodes is None or row[9] in inodes)}
    return ports


def tail(path, lines=15):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except OSError as error:
        return f"{error}\n"


def launch(process, inherited=()):
    """Starts it in a session of its own; it inherits these descriptors."""
    ready_file = process.get("ready_file")
    if ready_file and os.path.exists(ready_file):
        os.unlink(ready_file)
    with open(process["log"], "ab") as log:
        child = subprocess.Popen(process["argv"], env=process["env"], cwd=process["cwd"], stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log, start_new_session=True, pass_fds=inherited)
    process["pid"] = child.pid
    process["birth"] = _stat(child.pid)[1]
    child.returncode = 0  # it is meant to outlive us: no warning about a child left behind


def await_ready(name, process):
    """Returns when it listens on its ports and has written its ready_file."""
    ready_file = process.get("ready_file")

    def ready_or_dead():
        if not is_alive(process):
            return "dead"
        missing = set(process["ports"]) - listening_ports(process["pid"])
        written = not ready_file or os.path.exists(ready_file)
        return "ready" if not missing and written else None

    try:
        if wait_until(f"{name} listens", ready_or_dead, START_SECONDS) == "dead":
            raise Failure(f"{name} ended at once", process["log"])
    except Late as late:
        raise Failure(str(late), process["log"]) from late


def kill(process):
    """SIGKILL; returns when it is gone."""
    if is_alive(process):
        os.kill(process["pid"], signal.SIGKILL)
        wait_until("the killed process is gone", lambda: not is_alive(process), END_SECONDS)


def end(process):
    """SIGTERM, then SIGKILL for it and what is left of its session; returns when it is gone."""
    if not is_alive(process):
        return
    os.kill(process["pid"], signal.SIGTERM)
    try:
        wait_until("end", lambda: not is_alive(process), END_SECONDS)
    except Late:
        kill(process)
    try:
        os.killpg(process["pid"], signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
