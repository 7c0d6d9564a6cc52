"""`manage.py compile_dossier CASE --purpose TEXT (--out DIR | --hold) --actor USER [--to KIND --for USE …] [--json]`"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.queries import find_actor
from audit.actors import Channel
from cases.access import find_case
from cases.small_groups import take_confirmations
from dossiers.archive import SealedFileSink, VaultSink
from dossiers.compiling import compile_dossier
from dossiers.errors import BadDossierRequest
from dossiers.models import Dossier
from dossiers.receivers import Receiver, checked_receiver
from dossiers.requests import COMPILE, checked_purpose, checked_recipient
from dossiers.sinks import DirectorySink
from evidence.vault.age_keys import Recipient
from witnesses.consent_words import RecipientKind, Use


class Command(BaseCommand):
    """Compile a dossier into a folder, or sealed to its recipient's age key."""

    help = "Compile the dossier of a case: a folder that a prosecutor can check without us."

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", help="the case's reference, such as DK-1988-01")
        parser.add_argument("--purpose", required=True, help="for whom and why, at least 10 characters")
        parser.add_argument("--out", type=Path, help="a folder that does not exist yet, or is empty")
        parser.add_argument(
            "--hold",
            action="store_true",
            help="instead of --out: keep it in the vault, to be searched for names of witnesses before it leaves",
        )
        parser.add_argument("--actor", required=True, help="the user in whose name this is done")
        parser.add_argument(
            "--recipient", help="an age key (age1...): write NAME.zip.age into the folder instead"
        )
        parser.add_argument(
            "--to",
            choices=RecipientKind.values,
            default=RecipientKind.UNSTATED.value,
            help="who receives it; unstated: nothing goes that depends on a witness",
        )
        parser.add_argument(
            "--for",
            dest="use",
            choices=Use.values,
            default=Use.UNSTATED.value,
            help="what the receiver is to do with it",
        )
        parser.add_argument("--to-name", default="", help="the office or person, as the witness named them")
        parser.add_argument(
            "--country", default="", help="where it goes, as a code of two letters such as SE"
        )
        parser.add_argument(
            "--conditions-met",
            default="",
            metavar="STATEMENT",
            help="that every condition is met under which witnesses consented, and how you know",
        )
        parser.add_argument(
            "--leave-out",
            action="store_true",
            help="leave out what the consent of witnesses does not cover, instead of refusing the dossier",
        )
        take_confirmations(parser)
        parser.add_argument(
            "--small-group-reason",
            default="",
            metavar="TEXT",
            help="why it goes out although it narrows pseudonyms to few people; with --despite-small-group",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        require(actor, COMPILE)
        case = find_case(options["case"], actor=actor)
        checked_purpose(options["purpose"])
        receiver = checked_receiver(
            Receiver(
                kind=options["to"],
                use=options["use"],
                name=options["to_name"],
                country=options["country"],
                conditions_met=options["conditions_met"],
                leave_out=options["leave_out"],
            )
        )
        recipient = checked_recipient(options["recipient"])
        sink = _sink(options["out"], recipient, hold=options["hold"])
        dossier = compile_dossier(
            case,
            purpose=options["purpose"],
            sink=sink,
            actor=actor.confirming(options["despite_small_group"]),
            recipient=options["recipient"],
            receiver=receiver,
            narrowing_reason=options["small_group_reason"],
        )
        path = None if isinstance(sink, VaultSink) else sink.path
        self.stdout.write(_as_json(dossier, path) if options["json"] else _in_words(dossier, path))


def _sink(
    out: Path | None, recipient: Recipient | None, *, hold: bool
) -> VaultSink | SealedFileSink | DirectorySink:
    if hold == (out is not None):
        raise BadDossierRequest(
            _("Say with --out where the dossier is to be written, or with --hold that it stays in the vault.")
        )
    if out is None:
        return VaultSink(recipient)
    return SealedFileSink(out, recipient) if recipient else DirectorySink(out)


def _as_json(dossier: Dossier, path: Path | None) -> str:
    return json.dumps(
        {
            "ok": True,
            "dossier": str(dossier.pk),
            "name": dossier.name,
            "case": dossier.case.reference,
            "exhibits": dossier.exhibits.count(),
            "left_out": dossier.withheld.values("item").distinct().count(),
            "path": str(path) if path else None,
            "sealed_to": dossier.recipient or None,
            "payload_manifest_sha256": bytes(dossier.payload_manifest_sha256 or b"").hex(),
            "checkpoint": {
                "size": dossier.checkpoint_size,
                "root": bytes(dossier.checkpoint_root or b"").hex(),
                "note": dossier.checkpoint_note,
            },
        },
        ensure_ascii=False,
    )


def _in_words(dossier: Dossier, path: Path | None) -> str:
    where = path or "the vault"
    lines = [f"Dossier {dossier.name} with {dossier.exhibits.count()} exhibit(s) lies in {where}."]
    left_out = dossier.withheld.values("item").distinct().count()
    if left_out:
        lines.append(
            f"{left_out} exhibit(s) stayed behind: no consent of a witness covers this receiver and use."
        )
    if dossier.recipient:
        lines.append(f"It is sealed to {dossier.recipient}; only the holder of that key can open it.")
    elif path:
        lines.append(f"Check it with: python3 {path / 'verify.py'}")
    if not path:
        lines.append(f"It leaves with: manage.py release_dossier {dossier.name} --out DIR --actor USER")
    lines.append(f"The log was signed at {dossier.checkpoint_size} entries.")
    return "\n".join(lines)
