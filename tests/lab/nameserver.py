"""The lab's own DNS: dnsmasq, which knows the records that it is given and nothing else."""

import os

from ports import LOOPBACK


def describe(folder, port, sides):
    """The lab's domains. SRV targets are `localhost`: ejabberd asks its own resolver for SRV only and libc for addresses."""
    records = []
    for side in sides:
        records += [f"srv-host=_xmpp-server._tcp.{name},localhost,{side.ports['s2s']}"
                    for name in (side.domain, side.jid, side.bare_jid)]
        records += [f"srv-host=_xmpp-client._tcp.{side.domain},localhost,{side.ports['c2s']}",
                    f"srv-host=_immp._tcp.{side.domain},localhost,{side.ports['listener']}",
                    f"srv-host=_immps._tcp.{side.domain},localhost,{side.ports['tls']}"]
    return describe_records(folder, port, records)


def describe_records(folder, port, records):
    """A process that answers with these, lines of dnsmasq.conf."""
    os.makedirs(folder)
    lines = [f"port={port}", f"listen-address={LOOPBACK}", "bind-interfaces", "no-resolv", "no-hosts", "no-poll",
             "local=/example/", "host-record=localhost," + LOOPBACK, "pid-file=", "log-facility=-"]
    if os.geteuid() == 0:
        lines.append("user=root")
    lines += records
    config = os.path.join(folder, "dnsmasq.conf")
    with open(config, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return {"argv": ["/usr/sbin/dnsmasq", "--keep-in-foreground", f"--conf-file={config}"], "env": {"PATH": "/usr/sbin:/usr/bin"},
            "cwd": folder, "log": os.path.join(folder, "dnsmasq.log"), "ports": [port]}
