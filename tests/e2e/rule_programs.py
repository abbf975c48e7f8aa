"""Programs for rules to ask: shell scripts in a folder."""

import os


class Programs:
    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def add(self, name, script):
        part = os.path.join(self.path, f"{name}.part")
        with open(part, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(part, 0o700)
        os.rename(part, os.path.join(self.path, name))

    def file(self, name):
        """Where a script may write."""
        return os.path.join(self.path, f"{name}.txt")

    def read(self, name):
        try:
            with open(self.file(name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""
