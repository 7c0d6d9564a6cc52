"""The folder `log/stamps/` of a dossier: what outside authorities certified about the time of the log.

A dossier never waits for an authority. Its own checkpoint is a moment old when it is packed, so the stamps in it are
mostly on an earlier checkpoint; the consistency proof beside each shows that this is the beginning of the same log.
"""

from audit.canonical import Json, canonical_json
from audit.models import Checkpoint
from audit.stamping.handing_out import StampToHandOut, stamps_for

FOLDER = "log/stamps"


def stamp_files(checkpoint: Checkpoint) -> dict[str, bytes]:
    """Return the files of the stamps that there are, by path; none where nothing was ever stamped."""
    return {
        path: content
        for stamp in stamps_for(checkpoint)
        for path, content in _files(stamp, checkpoint).items()
    }


def _files(stamp: StampToHandOut, checkpoint: Checkpoint) -> dict[str, bytes]:
    base = f"{FOLDER}/{stamp.authority}"
    way: dict[str, Json] = {
        "from": stamp.size,
        "proof": [node.hex() for node in stamp.proof],
        "to": checkpoint.size,
    }
    files = {
        f"{base}.tsq": stamp.request,
        f"{base}.tsr": stamp.response,
        f"{base}.txt": stamp.text,
        f"{base}.consistency.json": canonical_json(way) + b"\n",
    }
    if stamp.certificates:
        files[f"{base}.certificates.pem"] = stamp.certificates
    return files
