"""Installations that real browsers visit: each with its own folder, keys, database file and server."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.migrated import put_database

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
CAST = {
    "parvin": ("Parvin Paralegal", "paralegal"),
    "laleh": ("Laleh Lawyer", "lawyer"),
    "omid": ("Omid Outsider", "lawyer"),
    "arash": ("Arash Auditor", "auditor"),
    "admin": ("Ada Administrator", "administrator"),
    "custodian1": ("Custodian One", "custodian"),
    "custodian2": ("Custodian Two", "custodian"),
    "custodian3": ("Custodian Three", "custodian"),
}
PASSPHRASES = {
    "custodian1": "heron lantern quarry velvet umbrella",
    "custodian2": "copper thistle window marble orchard",
    "custodian3": "saffron anchor winter pebble trumpet",
}
_OURS = ("DADKHAH_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class House:
    """A running installation."""

    address: str
    home: Path
    environment: dict[str, str]

    @property
    def server_log(self) -> Path:
        return self.home / "server.log"

    def run(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """One run of our Python in this installation's environment."""
        ended = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or ended.returncode == 0, f"{words}: {ended.stdout}{ended.stderr}"
        return ended

    def manage(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """One management command."""
        return self.run("manage.py", *words, check=check)


def build(home: Path, *, settings: str = "config.settings.dev") -> House:
    """Keys and an empty database in `home`; nothing is served yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment = {**kept, "DADKHAH_HOME": str(home), "DJANGO_SETTINGS_MODULE": settings}
    house = House(f"http://127.0.0.1:{_free_port()}", home, environment)
    house.manage("make_keys")
    put_database(home)
    return house


@contextmanager
def served(house: House) -> Iterator[House]:
    """The installation, answering at its address inside the block."""
    bind = house.address.removeprefix("http://")
    with house.server_log.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--bind", bind],
            cwd=ROOT,
            env=house.environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(house, server)
            yield house
        finally:
            server.terminate()
            server.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(house: House, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{house.address}/sign-in/", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert server.poll() is None, f"the server ended: {house.server_log.read_text()}"
            time.sleep(0.2)
    raise AssertionError("the server did not answer within a minute")
