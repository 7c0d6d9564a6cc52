"""Run as a module inside a house: a case with three numbered exhibits, the third of which a lawyer opens."""

import io

import django

django.setup()

from accounts.models import User  # noqa: E402
from audit.checkpoints import sign_checkpoint  # noqa: E402
from cases.membership import open_case  # noqa: E402
from dossiers.exhibits import number_exhibits  # noqa: E402
from evidence.intake import IntakeFacts, ingest_evidence  # noqa: E402
from evidence.reading import open_page  # noqa: E402

REFERENCE = "DK-1988-77"
TITLE = "Titleof Secretcase"

if __name__ == "__main__":
    lawyer = User.objects.get(username="laleh")
    case = open_case(reference=REFERENCE, title=TITLE, actor=lawyer)
    items = []
    for number in (1, 2, 3):
        facts = IntakeFacts(
            source="Sourceof", original_name=f"nameof{number}.txt", title=f"Titleof {number}", case=case
        )
        items.append(ingest_evidence(io.BytesIO(f"exhibit {number}".encode()), facts=facts, actor=lawyer))
    number_exhibits(case, actor=lawyer)
    open_page(items[2], actor=lawyer)
    sign_checkpoint(actor=lawyer)
