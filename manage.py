#!/usr/bin/env python
"""Runs one command; what goes wrong is said in one sentence, with an exit code that a script can read."""

import os
import sys
from importlib import import_module

if __name__ == "__main__":
    # Before anything of ours is loaded: the first to name the settings wins.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    sys.exit(import_module("config.command_line").run(sys.argv))
