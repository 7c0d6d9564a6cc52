"""The main job from end to end, on the sample case: from files on a disk to a dossier that checks itself.

Run again it finds what is there, adds what is missing and changes nothing else.
"""

from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from audit.errors import Unavailable
from config import demo_case, demo_cast, demo_consent, demo_dossier, demo_evidence, demo_witness
from config.demo_story import Story


class TablesMissing(Unavailable):
    """The database lacks tables or columns that this version of the program needs."""


def run_demo(*, write: Callable[[str], None], data_only: bool = False) -> bool:
    """Do the whole job and say so line by line; the last two lines are the dossier's folder and its verdict.

    With `data_only` it stops before the dossier. Returns False if the dossier's own verifier found a fault.
    """
    _require_tables()
    story = Story(write)
    write("Dadkhah, on a sample case. Everyone who speaks in it is invented (see sample_case/README.md).")
    known = demo_cast.load_secrets()
    story.step("Users: one for each role, and three custodians")
    cast = demo_cast.gather(known, story)

    story.step("A case, and what the public record says about it")
    case = demo_case.open_or_find(story, lawyer=cast.lawyer, paralegal=cast.paralegal)
    registry = demo_case.register(case, story, actor=cast.paralegal)

    story.step("Evidence: bytes into the vault, a receipt for each, custody from the first moment")
    demo_evidence.take_in(case, story, actor=cast.paralegal)

    story.step("Links: what each piece speaks to")
    demo_evidence.link(case, registry, story, actor=cast.lawyer)

    story.step("A witness: a pseudonym in the open, an identity under seal")
    demo_witness.seal_and_open_once(case, cast, known, story)

    story.step("Consent: nothing that rests on the witness leaves without it")
    demo_consent.ask_the_witness(case, cast, story)

    folder, verified = None, True
    if not data_only:
        story.step(
            "The dossier, checked by its own verify.py in another process that cannot see this project"
        )
        folder, verified = demo_dossier.hand_over(case, cast, known, story)

    story.step("Who can sign in")
    demo_cast.introduce(known, story)
    if folder is not None:
        _verdict(folder, verified=verified, write=write)
    return verified


def _require_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise TablesMissing(_("The database is not set up for this version. Run `manage.py migrate` first."))


def _verdict(folder: Path, *, verified: bool, write: Callable[[str], None]) -> None:
    write(f"\nThe dossier lies in {folder}")
    write("VERIFIED" if verified else "NOT VERIFIED")
