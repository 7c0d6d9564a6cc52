"""Writes the receipt of a delivery."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from evidence.deliveries import find_delivery
from evidence.errors import ReceiptNotWritten
from evidence.models import EvidenceItem, Intake
from evidence.queries import find_items
from evidence.receipting import Form, Receipt, give_receipt
from evidence.scopes import READ


class Command(BaseCommand):
    """Writes the receipt of a delivery, as paper and as a file."""

    help = """Write the receipt of a delivery into a folder, as PDF and as JSON, for the person who handed it over.

A delivery is named by its id, or by the reference of any item that came with it. A large delivery has a receipt in
several parts, a pair of files for each. Nothing is overwritten. Each file is in the log before it is written."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("delivery", metavar="DELIVERY", help="the delivery's id, or an item's reference")
        parser.add_argument(
            "--to", type=Path, default=Path(), metavar="FOLDER", help="where the files are written"
        )
        parser.add_argument(
            "--language", choices=("fa", "en"), default="en", help="the language of the paper"
        )
        parser.add_argument(
            "--actor", required=True, metavar="USER", help="sign-in name of who gives the receipt"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Give each part in both forms and write it."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        user = require(actor, READ)
        delivery = _named(options["delivery"], user)
        folder: Path = options["to"]
        if not folder.is_dir():
            raise ReceiptNotWritten(
                _("%(folder)s is no folder. Make it, then ask again.") % {"folder": folder}
            )
        number, parts = 1, 1
        while number <= parts:
            for form in Form:
                given = give_receipt(
                    delivery, form=form, language=options["language"], part=number, actor=user
                )
                parts = given.parts
                self.stdout.write(str(_written(folder, given)))
            number += 1


def _named(text: str, user: User) -> Intake:
    try:
        return find_delivery(UUID(text), user=user)
    except ValueError:
        (item,) = find_items([text], among=EvidenceItem.objects.visible_to(user).select_related("intake"))
        return find_delivery(item.intake_id, user=user)


def _written(folder: Path, given: Receipt) -> Path:
    """The file, readable by its owner alone: a receipt names a source. Raises ReceiptNotWritten."""
    path = folder / given.name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(given.content)
    except FileExistsError as error:
        raise ReceiptNotWritten(
            _("%(path)s is there already and was left as it is. Name another folder.") % {"path": path}
        ) from error
    except OSError as error:
        raise ReceiptNotWritten(
            _("%(path)s cannot be written. See to the disk and its rights.") % {"path": path}
        ) from error
    return path
