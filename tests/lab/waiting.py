"""Waiting for an event with a deadline: the only place in the Python tests that sleeps."""

import time


class Late(Exception):
    """The event did not come before its deadline."""


def wait_until(what, event, seconds, interval=0.02):
    """Asks event() until it gives something true, which is returned; Late names `what` when `seconds` are over."""
    deadline = time.monotonic() + seconds
    while True:
        seen = event()
        if seen:
            return seen
        if time.monotonic() >= deadline:
            raise Late(f"{what}: not within {seconds:g} s")
        time.sleep(interval)
