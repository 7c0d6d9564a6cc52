"""Where the log may be taken out to: a folder that somebody named, apart from our own.

What lies among the data goes into backups, among the keys beside what signs, and in the program's own folder into its
next version; and a folder that holds one of these, handed out by a web server, hands that out as well.
"""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import PlaceRefused


def outlet(given: str) -> Path:
    """Return the folder that was named. Raises PlaceRefused for no name at all and for one that touches our own."""
    place = named(given).resolve()
    for folder, kind in _own():
        said = {"path": given, "own": folder, "kind": kind}
        if place.is_relative_to(folder):
            raise PlaceRefused(
                _("%(path)s lies in the folder of %(kind)s, %(own)s. Name one outside it.") % said
            )
        if folder.is_relative_to(place):
            raise PlaceRefused(_("%(path)s holds the folder of %(kind)s, %(own)s. Name another one.") % said)
    return Path(given)


def named(given: str) -> Path:
    """Return the path that was named. Raises PlaceRefused for no name at all."""
    if not given.strip():
        # As a path this is the folder in which the command happens to run.
        raise PlaceRefused(_("Name a folder: an empty name would mean the one in which this runs."))
    return Path(given)


def _own() -> list[tuple[Path, str]]:
    # The keys first: by default all three lie in one another.
    folders = [
        (settings.DADKHAH_KEYS_DIR, _("the keys")),
        (settings.DADKHAH_DATA_DIR, _("the data")),
        (settings.ROOT, _("the program")),
    ]
    return [(Path(folder).resolve(), kind) for folder, kind in folders]
