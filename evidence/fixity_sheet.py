"""The report of a round as a printed sheet, in both languages, drawn from the report's text alone."""

from typing import Any

from django.conf import settings

from audit.models import Checkpoint
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value

_METHODS = {
    "full": Label("Opened and read in full", "باز و کامل خوانده شد"),
    "scrub": Label("Stored bytes read without a key", "بایت‌های ذخیره‌شده بی‌کلید خوانده شد"),
}
_COUNTS = {
    "verified": Label("Verified", "راستی‌آزمایی شد"),
    "mismatch": Label("Changed", "تغییریافته"),
    "truncated": Label("Cut short", "بریده"),
    "missing": Label("Missing", "گم‌شده"),
    "unreadable": Label("Unreadable", "ناخوانا"),
}
_NONE = Paragraph(
    Label(
        "Every object that was read is what was taken in.",
        "هر نسخه‌ای که خوانده شد همان است که دریافت شد.",
    )
)
_SOME = Paragraph(
    Label(
        "Keep the store as it is, restore what is named here from a backup, and have it read again.",
        "مخزن را همان‌گونه که هست نگه دارید، آنچه را اینجا نام برده شده از نسخهٔ پشتیبان بازگردانید و دوباره بخوانید.",
    )
)


def fixity_sheet(report: dict[str, Any], digest: str, checkpoint: Checkpoint) -> Sheet:
    """The sheet; its square code holds the digest of `report.json`, its foot the checkpoint that covers it."""
    faults, counts = report["faults"], report["counts"]
    method = _METHODS[report["method"]]
    blocks: list[Block] = [
        Fields(
            [
                (Label("How", "چگونه"), Value(f"{method.en}\n{method.fa}")),
                (Label("Begun", "آغاز"), Value(_moment(report["started_at"]))),
                (Label("Ended", "پایان"), Value(_moment(report["ended_at"]))),
                (
                    Label("Last read before", "آخرین خواندن پیش از"),
                    Value(_moment(report["last_read_before"])),
                ),
                (Label("Objects due", "نسخه‌های سررسیده"), Value(str(report["due"]))),
                *((label, Value(str(counts[name]))) for name, label in _COUNTS.items()),
            ]
        ),
        Heading(Label("What is not as it was", "آنچه دیگر آن نیست که بود")),
        *(_table(faults) if faults else [_NONE]),
        Heading(Label("Digest of report.json", "چکیدهٔ report.json")),
        Code(f"sha256:{digest}"),
    ]
    root = bytes(checkpoint.root).hex()
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=Label("Report of a fixity round", "گزارش دور وارسی دست‌نخوردگی"),
        reference=report["round"],
        foot=f"{checkpoint.origin} · {checkpoint.size} · {root}",
        blocks=blocks,
    )


def _table(faults: list[dict[str, Any]]) -> list[Block]:
    rows = [
        [
            Value("\n".join([*fault["exhibits"], *fault.get("made_of", [])]) or "—", code=True),
            Value(f"{_COUNTS[fault['finding']].en}\n{_COUNTS[fault['finding']].fa}"),
            Value(fault["sha256_expected"], code=True),
            Value(fault["sha256_found"] or "—", code=True),
        ]
        for fault in faults
    ]
    columns = [
        Label("Exhibit", "مدرک"),
        Label("Found", "یافته"),
        Label("SHA-256 expected", "SHA-256 موردانتظار"),
        Label("SHA-256 found", "SHA-256 یافته"),
    ]
    return [_SOME, Table(columns, [3, 2, 4, 4], rows)]


def _moment(instant: str) -> str:
    return f"{instant[:10]} {instant[11:19]} UTC"
