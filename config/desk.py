"""The desk of each role: what waits for them, and nothing else."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.models import Checkpoint
from audit.tiles import tree_size
from cases.models import Case
from config.desk_parts import ROWS, Row, Section
from config.desk_vault import custody, dangers, decisions, own_requests, vault_alarms
from config.erasing import APPROVE
from config.erasure_requests import waiting
from config.safety import safety_warnings
from config.templatetags.dadkhah import digits
from dossiers.models import Dossier
from evidence.alarms import open_alarms
from evidence.inspecting.box import isolation
from evidence.inspecting.programs import PROGRAMS, is_here
from evidence.models import EvidenceItem
from evidence.pending import MOST_TRIES, uninspected
from evidence.queries import offers_for, offers_open_to_review


def desk_sections(user: User) -> list[Section]:
    """The sections of this user's desk, each scoped to what the user may see."""
    return [make(user) for permission, make in _SECTIONS if user.has_perm(permission)]


def standing_sentence(user: User) -> str:
    """One sentence under the title: who is at the desk."""
    return f"{user.full_name} · {user.role.label}" if user.role else user.full_name


def _cases(user: User) -> Section:
    cases = Case.objects.visible_to(user).order_by("-opened_at")
    return Section(
        title=_("My cases"),
        empty=_("You are a member of no case yet. A lawyer opens a case and adds its members."),
        rows=[
            Row(case.reference, case.title, reverse("cases:detail", args=[case.pk])) for case in cases[:ROWS]
        ],
        count=cases.count(),
    )


def _homeless(user: User) -> Section:
    items = EvidenceItem.objects.visible_to(user).filter(placements=None)
    return Section(
        title=_("Taken in, in no case yet"),
        empty=_("Everything that you took in belongs to a case."),
        rows=_items(items[:ROWS]),
        count=items.count(),
        waits=True,
    )


def _evidence(user: User) -> Section:
    return Section(
        title=_("Last taken in"),
        empty=_("No evidence yet. Choose “Take in” to upload the first files."),
        rows=_items(EvidenceItem.objects.visible_to(user).order_by("-received_at")[:ROWS]),
    )


def _transfers(user: User) -> Section:
    offers = offers_for(user)
    return Section(
        title=_("Open hand-overs"),
        empty=_("Nothing is offered to you, and you offered nothing that waits."),
        rows=[
            Row(
                one.item.reference,
                _("%(giver)s to %(taker)s") % {"giver": one.released_by, "taker": one.received_by},
                reverse("evidence:answer_offer", args=[one.item_id, one.pk]),
            )
            for one in offers[:ROWS]
        ]
        + ([Row(_("All open hand-overs"), "", reverse("evidence:transfers"))] if offers.exists() else []),
        count=offers.count(),
        waits=True,
    )


def _items(items: QuerySet[EvidenceItem]) -> list[Row]:
    return [
        Row(item.reference, item.title or item.original_name, reverse("evidence:item", args=[item.pk]))
        for item in items
    ]


def _dossiers(user: User) -> Section:
    dossiers = Dossier.objects.visible_to(user).select_related("case").order_by("-requested_at")
    return Section(
        title=_("Dossiers"),
        empty=_("No dossier yet. Open a case and choose its tab “Dossiers”."),
        rows=[
            Row(one.name, one.get_state_display(), reverse("dossiers:detail", args=[one.pk]))
            for one in dossiers[:ROWS]
        ],
    )


def _log(_user: User) -> Section:
    last = Checkpoint.objects.order_by("-size").first()
    entries = tree_size()
    return Section(
        title=_("State of the log"),
        empty="",
        text=digits(ngettext("%(n)d entry.", "%(n)d entries.", entries) % {"n": entries}),
        rows=[
            Row(
                _("Look at the log, or verify it now"),
                digits(_("last checkpoint at size %(n)d") % {"n": last.size})
                if last
                else _("no checkpoint yet"),
                reverse("audit:state"),
            )
        ],
    )


def _custody(user: User) -> Section:
    open_transfers = offers_open_to_review(user).count()
    items = EvidenceItem.objects.custody_visible_to(user)
    return Section(
        title=_("Custody"),
        empty=_("There is no evidence yet."),
        rows=[
            Row(_("Review the custody of all items"), "", reverse("evidence:custody_review")),
            Row(_("Gaps in custody"), "", reverse("evidence:custody_gaps")),
            Row(_("Open transfers"), digits(open_transfers), reverse("evidence:all_transfers")),
        ]
        if items.exists()
        else [],
        count=items.count(),
    )


def _erasures(_user: User) -> Section:
    asked = waiting()
    return Section(
        title=_("Erasures to decide"),
        empty=_("No erasure waits for a second person."),
        rows=[
            Row(one.item.reference, one.asked_by.full_name, reverse("erase_decide", args=[one.pk]))
            for one in asked[:ROWS]
        ]
        + ([Row(_("All erasures that wait"), "", reverse("erasures"))] if asked.exists() else []),
        count=asked.count(),
        waits=True,
    )


def _alarms(_user: User) -> Section:
    waiting = open_alarms().count()
    return Section(
        title=_("Alarms about stored files"),
        empty=_("No alarm is open. Every stored file was what it should be when it was last read."),
        rows=[Row(_("Look at the open alarms"), "", reverse("evidence:alarms"))] if waiting else [],
        count=waiting,
        waits=True,
    )


def _alarms_counted(_user: User) -> Section:
    """For an administrator, who keeps the disks: that something is wrong, not with what."""
    waiting = open_alarms().count()
    away = open_alarms().filter(object=None).exists()
    return Section(
        title=_("Alarms about stored files"),
        empty=_("No alarm is open."),
        text=_("The store was not reachable. Look at its disk and its mount, or at the storage server.")
        if away
        else _("An auditor looks into it. Keep the store as it is, and have a backup at hand.")
        if waiting
        else "",
        count=waiting,
        waits=True,
    )


def _machine(_user: User) -> Section:
    waiting = uninspected()
    stuck = waiting.filter(inspection_tries__gte=MOST_TRIES).count()
    return Section(
        title=_("Tasks"),
        empty=_("Nothing waits, nothing is stuck."),
        rows=[
            Row(_("Formats to identify"), digits(waiting.count())),
            Row(_("Given up after several tries"), digits(stuck)),
        ]
        if waiting.exists()
        else [],
    )


def _looking_into(_user: User) -> Section:
    missing = [name for name in PROGRAMS if not is_here(name)]
    shut = isolation() == "shut"
    return Section(
        title=_("Looking into files"),
        empty=_("Files are looked into in a closed box, and every program for it is here."),
        text="" if shut else _("The machine allows no closed box: files are looked into without walls."),
        rows=[Row(name, _("not on this machine: what it does is not done")) for name in missing],
        waits=not shut,
    )


def _safety(_user: User) -> Section:
    """What an administrator must see without looking for it: a database that could be changed."""
    warnings = safety_warnings()
    return Section(
        title=_("Safety of the record"),
        empty=_("Every guard of the database is in its place."),
        rows=[Row(what, to_do) for what, to_do in warnings],
        count=len(warnings),
        waits=True,
    )


def _users(_user: User) -> Section:
    active = User.objects.filter(is_active=True)
    return Section(
        title=_("Users"),
        empty="",
        rows=[Row(_("See all users, or add one"), "", reverse("accounts:users"))],
        count=active.count(),
    )


_SECTIONS: tuple[tuple[str, Callable[[User], Section]], ...] = (
    ("cases.work_on_cases", _cases),
    ("evidence.receive_evidence", _homeless),
    ("evidence.transfer_custody", _transfers),
    ("evidence.view_evidence", _evidence),
    ("dossiers.view_dossier", _dossiers),
    ("witnesses.request_opening", own_requests),
    ("witnesses.assess_risk", dangers),
    ("witnesses.review_risk", dangers),
    ("witnesses.heed_alarms", vault_alarms),
    ("witnesses.decide_opening", decisions),
    ("witnesses.review_custodians", custody),
    ("audit.review_log", _log),
    (APPROVE, _erasures),
    ("evidence.review_custody", _alarms),
    ("evidence.review_custody", _custody),
    ("accounts.manage_users", _safety),
    ("accounts.manage_users", _users),
    ("accounts.manage_users", _alarms_counted),
    ("accounts.manage_users", _machine),
    ("accounts.manage_users", _looking_into),
)
