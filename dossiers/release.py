"""Writing a finished dossier out of the vault into a folder, for somebody to carry. The same gate as the download."""

import zipfile
from pathlib import Path
from typing import BinaryIO

from accounts.models import User
from audit.actors import Actor
from dossiers.disclosure import take_back
from dossiers.errors import ConsentMissing, DossierNotWritten
from dossiers.handout import Handout, hand_out
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink, disk_faults, flush, usable_place

_PIECE = 1 << 20
_NOT_WRITTEN = "The dossier could not be written out, and nothing of it was left: it went to nobody."


def release_into(dossier: Dossier, path: Path, *, actor: Actor) -> Path:
    """Write the dossier to `path` as a folder; one that is sealed to its recipient as a file in it.

    Raises BadDossierRequest for a place that cannot be used, what `hand_out` raises, and DossierNotWritten; then
    nothing half-made is left, and custody is corrected where it says that the dossier went out.
    """
    place = usable_place(path)
    handout = hand_out(dossier, actor=actor)
    try:
        with handout.content:
            return (
                _copied(handout, place) if dossier.recipient else _unfolded(dossier, handout.content, place)
            )
    except (ConsentMissing, DossierNotWritten):
        _take_back(dossier, handout, place, actor=actor)
        raise


def _take_back(dossier: Dossier, handout: Handout, place: Path, *, actor: Actor) -> None:
    """Only where nothing lies in the place: a disk can fail after the dossier has got its name."""
    written = place / handout.name if dossier.recipient else place
    lies_there = any(written.iterdir()) if written.is_dir() else written.exists()
    if not lies_there and isinstance(actor, User):
        take_back(handout.disclosed, reason=_NOT_WRITTEN, dossier=dossier, actor=actor)


def _unfolded(dossier: Dossier, content: BinaryIO, place: Path) -> Path:
    sink = DirectorySink(place)
    try:
        sink.begin(dossier.name)
        with zipfile.ZipFile(content) as archive:
            for member in archive.infolist():
                # Names that we wrote ourselves: the dossier's own folder, then the path in it.
                inside = member.filename.removeprefix(f"{dossier.name}/")
                with archive.open(member) as source, sink.create(inside) as target:
                    while piece := source.read(_PIECE):
                        target.write(piece)
        sink.finish()
    except BaseException:
        sink.abandon()
        raise
    return sink.path


def _copied(handout: Handout, folder: Path) -> Path:
    hidden, path = folder / f".{handout.name}.partial", folder / handout.name
    try:
        with disk_faults():
            folder.mkdir(exist_ok=True)
            with hidden.open("wb") as file:
                while piece := handout.content.read(_PIECE):
                    file.write(piece)
            flush(hidden)
            hidden.rename(path)
            flush(folder)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    return path
