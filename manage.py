#!/usr/bin/env python
"""Runs one command; what goes wrong is said in one sentence, with an exit code that a script can read."""

import os
import sys

from config.command_line import run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    sys.exit(run(sys.argv))
