import os
from importlib import import_module

from django.apps import AppConfig

from config.process_memory import leave_no_core


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        # In every process of ours, whatever the shell had set: what it writes is for its owner alone.
        os.umask(0o077)
        leave_no_core()
        # Registers the start-up checks.
        import_module("config.checks")
