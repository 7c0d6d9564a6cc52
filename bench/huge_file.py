"""Takes one file into a new vault, checks it, and prints the peak memory in MiB and the seconds it took.

`python -m bench.huge_file SOURCE FOLDER`: a process of its own, so that its peak is nobody else's.
"""

import os
import resource
import sys
import time
from pathlib import Path

from evidence.vault.age_keys import Identity
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys


def main(source: Path, folder: Path) -> None:
    """Take in, check, report."""
    began = time.monotonic()
    vault = Vault.create(LocalStore(folder), VaultKeys(Identity.generate(), os.urandom(32)))
    facts = vault.commit(vault.receive(source))
    if not vault.check(facts).ok:
        raise RuntimeError("the store under measure is damaged")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{peak:.1f} {time.monotonic() - began:.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
