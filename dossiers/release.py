"""Writing a finished dossier out of the vault into a folder, for somebody to carry. The same gate as the download."""

import zipfile
from pathlib import Path
from typing import BinaryIO

from audit.actors import Actor
from dossiers.handout import Handout, hand_out
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink, disk_faults, flush, usable_place

_PIECE = 1 << 20


def release_into(dossier: Dossier, path: Path, *, actor: Actor) -> Path:
    """Write the dossier to `path` as a folder; one that is sealed to its recipient as a file in it.

    Raises BadDossierRequest for a place that cannot be used, what `hand_out` raises, and DossierNotWritten; then
    nothing half-made is left.
    """
    place = usable_place(path)
    handout = hand_out(dossier, actor=actor)
    with handout.content:
        return _copied(handout, place) if dossier.recipient else _unfolded(dossier, handout.content, place)


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
