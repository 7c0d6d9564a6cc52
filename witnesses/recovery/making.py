"""Making a kit, on a machine without network and without a database."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.paper.press import Press
from witnesses.errors import SealBroken
from witnesses.recovery.errors import FileNotWritten
from witnesses.recovery.files import require_outside, write_new
from witnesses.recovery.kit import PublicKit
from witnesses.recovery.sheets import Tongue, kit_sheet
from witnesses.recovery.words import restore_seed, split_seed
from witnesses.sealing import new_key_pair

PUBLIC_FILE = "recovery-kit.json"


@dataclass(frozen=True, slots=True)
class MadeKit:
    """What was written: the sheets, to be printed and deleted, and the public file for the server."""

    kit: PublicKit
    sheets: list[Path]
    public: Path


@sensitive_variables()
def make_kit(folder: Path, *, threshold: int, shares: int, language: Tongue) -> MadeKit:
    """Writes one PDF for each sheet and the public file into a folder that is made for them.

    The private half exists in memory until the end of this call and on the sheets, nowhere else. Raises BadKit and
    FileNotWritten; a folder that is there already is left as it is.
    """
    require_outside(folder)
    pair = new_key_pair()
    kit = PublicKit(pair.public, threshold, shares, timezone.now().replace(microsecond=0))
    sheets = split_seed(pair.seed, threshold=threshold, shares=shares)
    _require_all_open(sheets, threshold, pair.seed)
    press = Press()
    papers = [
        press.pdf(kit_sheet(kit, number, words, language=language), at=kit.made_at)
        for number, words in enumerate(sheets, start=1)
    ]
    _make(folder)
    written = []
    for number, paper in enumerate(papers, start=1):
        written.append(folder / f"sheet-{number}-of-{shares}.pdf")
        write_new(written[-1], paper)
    write_new(folder / PUBLIC_FILE, kit.as_file())
    return MadeKit(kit, written, folder / PUBLIC_FILE)


@sensitive_variables()
def _require_all_open(sheets: Sequence[str], threshold: int, seed: bytes) -> None:
    # A kit that does not open is found out here, not on the day when nothing else is left.
    for chosen in itertools.combinations(sheets, threshold):
        if restore_seed(chosen).seed != seed:
            raise SealBroken


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
        return
    except FileExistsError:
        said = _("%(path)s is there already and was left as it is. Name another one.")
    except OSError:
        said = _("%(path)s cannot be written. See to the disk and its rights.")
    raise FileNotWritten(said % {"path": folder})
