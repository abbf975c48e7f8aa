"""Pipelines really run side by side: a large FETCH in one delays nothing in another, and a client that reads nothing fills no
memory."""

import unittest

import edge_case
from edge_case import ALICE, MIB
from immp_client import Mailer, Part, expect, text_part

LARGE = 64 * MIB
# What a kernel may hold of one connection on loopback, both sides together (tcp_wmem and tcp_rmem are 4 and 6 MiB by default),
# and what is on its way in the daemon.
UNDER_WAY = 16 * MIB


class Interleaving(edge_case.EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.alice.submit([ALICE], "large", [text_part("see the film"), Part("film.mkv", b"x" * LARGE)])
        expect(done, 275)
        cls.identity = done.last.text.split(" ")[0]

    def large(self, pipeline):
        return f"AS {pipeline} FETCH /INBOX#{self.identity} PART film.mkv -READ\n"

    def until(self, connection, pipeline):
        """Octets of bodies that come before the last reply of this pipeline."""
        octets = 0
        while True:
            reply = connection.reply_line()
            if reply.pipeline == pipeline:
                return reply, octets
            octets += len(reply.body or b"")

    def test_a_check_comes_through_a_large_fetch(self):
        with Mailer(self.as_side(), "alice") as mailer:
            connection = mailer.connection
            connection.send(self.large("1"))
            first = connection.reply_line()
            self.assertEqual((first.pipeline, first.code, first.more), ("1", 252, True))
            read = len(first.body)
            while read < 4 * MIB:
                read += len(connection.reply_line().body)
            connection.send("AS 2 MBOX CHECK /INBOX\n")
            reply, octets = self.until(connection, "2")
            self.assertEqual(reply.code, 240)
            self.assertLess(octets, UNDER_WAY, "octets of the film between the CHECK and its answer")

    def test_large_fetches_share_the_connection(self):
        with Mailer(self.as_side(), "alice") as mailer:
            connection = mailer.connection
            connection.send(self.large("1") + self.large("2") + self.large("3"))
            read, began = dict.fromkeys("123", 0), None
            while began is None or max(read.values()) - max(began.values()) < 8 * MIB:
                reply = connection.reply_line()
                read[reply.pipeline] += len(reply.body)
                if began is None and min(read.values()) > 0:
                    began = dict(read)
            went_on = [read[pipeline] - began[pipeline] for pipeline in read]
            self.assertGreater(min(went_on), max(went_on) * 3 / 4, went_on)

    def test_a_client_that_never_reads_fills_no_memory(self):
        with Mailer(self.as_side(), "alice") as mailer:
            for pipeline in range(20):
                mailer.connection.send(self.large(str(pipeline)))
            # Another session is answered as ever, and the film waits in the store, not in memory.
            for _ in range(50):
                expect(self.alice.connection.ask("MBOX CHECK /INBOX"), 240)
            self.assert_grown_within(64 * MIB)
            mailer.connection.send("AS last NOOP\n")
            reply, _ = self.until(mailer.connection, "last")
            self.assertEqual(reply.code, 200)


if __name__ == "__main__":
    unittest.main()
