"""Whatever dies, what was acknowledged is there once: the short form of `./run torture`."""

import os
import random
import unittest

from torture import PAIRS, torture

MESSAGES = 500


class Kills(unittest.TestCase):
    def test_nothing_is_lost_or_doubled(self):
        for pair in PAIRS:
            with self.subTest(servers="-".join(pair)):
                seed = int(os.environ.get("IMMP_SEED", random.SystemRandom().getrandbits(32)))
                self.assertEqual(torture(pair, seed, MESSAGES), [])


if __name__ == "__main__":
    unittest.main()
