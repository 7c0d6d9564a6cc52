"""Run as a module inside a house: a case with a delivery, an archive and a web capture; prints their addresses."""

import io
import json
import sys

import django

django.setup()

from accounts.models import User  # noqa: E402
from audit.checkpoints import sign_checkpoint  # noqa: E402
from cases.membership import add_member, open_case  # noqa: E402
from evidence.intake import IntakeFacts, ingest_evidence  # noqa: E402
from tests.browser.acts import NOTE, PICTURE  # noqa: E402
from tests.evidence.containers.makers import zip_of  # noqa: E402
from tests.evidence.containers.test_captures import package  # noqa: E402

REFERENCE = "DK-1988-KEPT"
INSIDE = "نامه‌ها/سطر آخر.txt"


def furnish(lawyer: User, paralegal: User) -> dict[str, str]:
    case = open_case(reference=REFERENCE, title="What is kept in other things", actor=lawyer)
    add_member(case, user=paralegal, actor=lawyer)

    def take_in(name: str, content: bytes, source: str) -> str:
        facts = IntakeFacts(
            source=source, original_name=name, how_obtained="Handed over at the desk", case=case
        )
        item = ingest_evidence(io.BytesIO(content), facts=facts, actor=paralegal)
        return f"/evidence/{item.pk}/"

    archive = zip_of((INSIDE, NOTE.read_bytes()), ("wall.jpg", PICTURE.read_bytes()), ("empty.txt", b""))
    found = {
        "archive": take_in("بایگانی خانواده.zip", archive, "یک خانواده"),
        "capture": take_in("thread.wacz", package(), "A public source"),
    }
    sign_checkpoint(actor=lawyer)
    return found


if __name__ == "__main__":
    people = {user.username: user for user in User.objects.filter(username__in=["laleh", "parvin"])}
    sys.stdout.write(json.dumps(furnish(people["laleh"], people["parvin"])))
