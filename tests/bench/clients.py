"""The end-to-end tests' client, for rows that measure what a client sees."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

from immp_client import Mailer, Part, expect, text_part  # noqa: E402, F401
