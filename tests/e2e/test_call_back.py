"""AUTH COOKIE of an issuer for whom there is no route: its XMPP server answers that it has no component, so its own server is asked
back, found by DNS. Two real immpd: a.example is asked in, c.example shows it a cookie (`immpd ping` opens such a session).
"""

import contextlib
import os
import socket
import tempfile
import threading
import unittest

from alone import DOMAIN, SECONDS, Alone
from immp_client import greet_tls
from immp_component import ITEMS
from ports import LOOPBACK, Reservation
from scripted_server import ScriptedServer
from small_internet import SmallInternet
from tcp_domain import TcpDomain

PUBLIC = "9.9.9.9"  # of the test's own: it ends on loopback
SERVICE = "_immp._tcp.c.example"
LET_IN = "ok      session: at a.example, which knows us by a cookie"


class CallBack(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.xmpp = self.enterContext(ScriptedServer())
        self.xmpp.intercept = self.lists_no_component
        self.a = Alone(os.path.join(self.folder, "a"))
        self.c = TcpDomain(os.path.join(self.folder, "c"), "c.example", Reservation().take(), ())

    @staticmethod
    def lists_no_component(domain, _kind, stanza):
        if domain == "c.example" and stanza[0].tag == f"{{{ITEMS}}}query":
            return "result", f"<query xmlns='{ITEMS}'/>"
        return None

    def ping(self, services, hosts, routes=""):
        """What c.example is told when it shows a.example a cookie; DNS says so of c.example."""
        internet = self.enterContext(SmallInternet(
            os.path.join(self.folder, "dns"), services, hosts,
            {f"{PUBLIC}:4000": self.c.port, f"{PUBLIC}:1025": self.c.port}))
        with open(self.a.config, "a", encoding="ascii") as file:
            file.write(routes)
        daemon = self.enterContext(self.a.start(internet.environment(), component_port=self.xmpp.port,
                                                gateway_ca=self.c.authority.certificate))
        daemon.wait_for("link: online as")
        self.c.write_config({"a.example": f"tcp:{daemon.addresses()[0]}", "*": "via:a.example"}, self.a.authority.certificate)
        self.enterContext(self.c)
        self.asked = internet.asked
        return self.c.immpd("ping", "a.example").stdout

    def test_the_issuer_is_found_by_its_service_record(self):
        said = self.ping({SERVICE: ["immp.c.example,4000"]}, {"immp.c.example": PUBLIC})
        self.assertIn(LET_IN, said)
        self.assertIn(SERVICE, self.asked())

    def test_without_a_record_it_is_the_domain_on_port_1025(self):
        said = self.ping({}, {"c.example": PUBLIC})
        self.assertIn(LET_IN, said)
        self.assertIn(SERVICE, self.asked())

    def test_a_private_address_is_not_called(self):
        """It is c.example's true server, which would confirm its cookie."""
        said = self.ping({SERVICE: [f"immp.c.example,{self.c.port}"]}, {"immp.c.example": LOOPBACK})
        self.assertNotIn(LET_IN, said)
        self.assertIn(f"immp.c.example:{self.c.port} is at a private or reserved address, and only a route leads there", said)
        self.assertIn("The issuer could not be asked", said)

    def test_a_private_address_of_the_domain_itself_is_not_called(self):
        said = self.ping({}, {"c.example": LOOPBACK})
        self.assertNotIn(LET_IN, said)
        self.assertIn("c.example:1025 is at a private or reserved address, and only a route leads there", said)

    def test_a_route_leads_there_and_dns_is_not_asked(self):
        said = self.ping({SERVICE: ["immp.c.example,4000"]}, {}, f'[routes]\n"c.example" = "tcp:{LOOPBACK}:{self.c.port}"\n')
        self.assertIn(LET_IN, said)
        self.assertEqual(self.asked(), set())

    def test_a_domain_that_says_it_has_no_server_is_not_looked_for(self):
        said = self.ping({SERVICE: [""]}, {"c.example": PUBLIC})
        self.assertNotIn(LET_IN, said)
        self.assertIn("c.example says in DNS that it has no IMMP service", said)


class Dripping:
    """An issuer's server: it takes whoever comes, and says an octet now and then, for ever."""

    def __init__(self):
        self._listening = socket.create_server((LOOPBACK, 0))
        self.port = self._listening.getsockname()[1]
        self.asked = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        with self._listening, self._listening.accept()[0] as client, contextlib.suppress(ConnectionError):
            self.asked.set()
            while not self._over.wait(0.1):
                client.send(b"1")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


class EndlessIssuer(unittest.TestCase):
    def test_it_does_not_keep_the_daemon_from_ending(self):
        a = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        xmpp, issuer = self.enterContext(ScriptedServer()), self.enterContext(Dripping())
        with open(a.config, "a", encoding="ascii") as file:
            file.write(f'[routes]\n"c.example" = "tcp:{LOOPBACK}:{issuer.port}"\n')
        with a.start(component_port=xmpp.port) as daemon:  # which must end in time, and well
            with greet_tls(daemon.addresses()[1], DOMAIN, a.authority.certificate) as session:
                session.send(f"AUTH COOKIE {'0' * 64} c.example\n")
                self.assertTrue(issuer.asked.wait(SECONDS))


if __name__ == "__main__":
    unittest.main()
