"""What commands tell of words that were erased: for people and as JSON, never a word of them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from audit.faults import LogReport
from config.erasing import Receipt


def as_json(receipt: Receipt, report: LogReport) -> dict[str, Any]:
    """What was erased, what proves its reason, and what the verification of the log after it found."""
    return {
        "ok": report.ok,
        "record": receipt.record,
        "erased": list(receipt.erased.names),
        "values": receipt.erased.count,
        "reason_salt": receipt.reason_salt,
        "dossiers": list(receipt.dossiers),
        "log_entries": report.entries,
        "log_faults": report.fault_count,
    }


def in_words(receipt: Receipt, report: LogReport) -> Iterator[str]:
    """The same for people, line by line, and where the words may stand still."""
    told = as_json(receipt, report)
    yield _("Erased from %(record)s: %(values)s values, and the salt.") % told
    yield (
        _(
            "Salt of the reason, kept nowhere else: %(reason_salt)s\nFile it with the written request: both "
            "together prove the reason against the log."
        )
        % told
    )
    yield (
        _("VERIFIED: the log of %(log_entries)s entries still agrees with itself and what was signed.") % told
        if report.ok
        else _("BROKEN: the log has %(log_faults)s faults. Run verify_audit_log to see them.") % told
    )
    if receipt.dossiers:
        yield (
            _("Dossiers with this item were compiled before and still have the words: %(dossiers)s")
            % {"dossiers": ", ".join(receipt.dossiers)}
        )
    yield _(
        "The same words may stand in other records, such as titles of exhibits, their custody and how they "
        "were acquired: look for them and erase those too. They may also stand in decisions, which nobody can "
        "change, in backups, and in dossiers that have left."
    )
