"""Run as a module inside a house: a case with items of every kind that can be looked at; prints their addresses.

What programs would make of them is given, so that the journeys look at the viewers and not at the programs.
"""

import io
import json
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from cases.facts import NameFacts  # noqa: E402
from cases.membership import open_case  # noqa: E402
from cases.models import Case, Part  # noqa: E402
from cases.registry import register_person  # noqa: E402
from evidence.derivative_words import DerivativeKind  # noqa: E402
from evidence.intake import IntakeFacts, ingest_evidence  # noqa: E402
from evidence.models import EvidenceItem  # noqa: E402
from tests.browser.acts import SAMPLES  # noqa: E402
from tests.evidence.derived import derive  # noqa: E402

REFERENCE = "DK-1988-LOOK"
PICTURE = (SAMPLES / "wall-from-the-road.jpg").read_bytes()
VIDEO = (SAMPLES / "along-the-wall.mp4").read_bytes()
SOUND = (SAMPLES / "cassette-side-a.mp3").read_bytes()
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="parent.ran=1"><script>parent.ran=1</script>'
    b'<image href="http://example.com/ran.png"/></svg>'
)
PAGES = (
    "جمهوری اسلامی ایران\nاعضای هیئت در اوین\nOn 28 July 1988 the visits ended.",
    "صفحهٔ دوم\nمرداد ۱۳۶۷",
    "پایان",
)


def take_in(case: Case, actor: User, name: str, content: bytes) -> EvidenceItem:
    facts = IntakeFacts(source="A former prisoner's family", original_name=name, case=case)
    return ingest_evidence(io.BytesIO(content), facts=facts, actor=actor)


def furnish(lawyer: User) -> dict[str, str]:
    case = open_case(reference=REFERENCE, title="What can be looked at", actor=lawyer)
    register_person(case=case, role=Part.PERPETRATOR, names=[NameFacts("Hamid Nouri")], actor=lawyer)
    items = {
        "image": take_in(case, lawyer, "wall.jpg", PICTURE),
        "pages": take_in(case, lawyer, "letter.pdf", b"letter"),
        "video": take_in(case, lawyer, "wall.mp4", VIDEO),
        "audio": take_in(case, lawyer, "cassette.mp3", SOUND),
        "text": take_in(case, lawyer, "note.txt", b"note"),
        "svg": take_in(case, lawyer, "hostile.svg", SVG),
    }
    for item in items.values():
        identify(item, "application/octet-stream")
    derive(items["image"], DerivativeKind.PREVIEW_IMAGE, "image/jpeg", PICTURE)
    pages = [PICTURE + bytes([number]) for number in range(len(PAGES))]
    derive(items["pages"], DerivativeKind.PAGE_IMAGE, "image/jpeg", *pages)
    derive(items["pages"], DerivativeKind.TEXT, "text/plain", "\f".join(PAGES).encode())
    derive(items["video"], DerivativeKind.PLAYBACK, "video/mp4", VIDEO)
    derive(items["video"], DerivativeKind.POSTER, "image/jpeg", PICTURE)
    derive(items["audio"], DerivativeKind.PLAYBACK, "audio/mpeg", SOUND)
    derive(items["audio"], DerivativeKind.WAVEFORM, "image/jpeg", PICTURE)
    lines = "\n".join([*PAGES, *(f"سطر {number}" for number in range(500)), "آخرین سطر: عليرضا"])
    derive(items["text"], DerivativeKind.TEXT, "text/plain", lines.encode())
    # A preview that a careless or broken program could leave: the very file.
    derive(items["svg"], DerivativeKind.PREVIEW_IMAGE, "image/svg+xml", SVG)
    return {name: f"/evidence/{item.pk}/" for name, item in items.items()}


def identify(item: EvidenceItem, media_type: str) -> None:
    """Say what the item is, so that the house's own worker has nothing more to do with it."""
    EvidenceItem.objects.filter(pk=item.pk).update(media_type=media_type, inspected_at=timezone.now())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(furnish(User.objects.get(username="laleh"))))
