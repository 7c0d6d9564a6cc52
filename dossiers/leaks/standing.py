"""Whether names were looked for in a package, what came of it, and what is still missing before it may leave."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from dossiers.consent import items_of_case
from dossiers.models import Dossier, LeakCheck, LeakResult, PackageTexts, Surety, TextsDropped
from witnesses.consent_gate import may_be_named
from witnesses.models import LIVE_SESSIONS, QuorumState, SealedIdentity
from witnesses.sought import Sought, sought_for


class Lack(models.TextChoices):
    """What is missing before a package may leave."""

    NO_TEXTS = (
        "no_texts",
        _(
            "Its texts were not gathered when it was compiled, for no identity was sealed then. Compile a new dossier."
        ),
    )
    DISPOSED = (
        "disposed",
        _("An exhibit in it was disposed of since it was compiled, so it stays here. Compile a new dossier."),
    )
    NOT_ASKED = (
        "not_asked",
        _(
            "Nobody has looked for the names of witnesses in it. Ask the custodians on the page of the dossier."
        ),
    )
    WAITING = (
        "waiting",
        _("The custodians were asked to let names be looked for in it, and it was not done yet."),
    )
    UNFINISHED = "unfinished", _("The last search for names did not come to its end. Ask again.")
    STALE = (
        "stale",
        _(
            "Since names were looked for in it, an identity was sealed, a consent to be named ended, or an exhibit "
            "came into another case. Ask again."
        ),
    )
    UNOPENED = (
        "unopened",
        _(
            "An identity could not be opened, so it was not looked for. Let the custodians seal identities anew, "
            "then ask again."
        ),
    )
    FOUND = (
        "found",
        _(
            "Something of a witness was found in it. Redact it and compile a new dossier; or two lawyers of the case "
            "set the findings aside, each with a reason."
        ),
    )
    FOUND_BESIDE = (
        "found_beside",
        _(
            "Something of a witness was found in it, and witnesses of other cases were looked for too. Redact it and "
            "compile a new dossier; or two lawyers of the case set the findings aside, each with a reason, and among "
            "them is a member of each of those cases. The custodians know which cases these are."
        ),
    )
    UNANSWERED = (
        "unanswered",
        _(
            "Something in it could not be looked into, or is possibly of a witness. A lawyer of the case has to "
            "read the report and answer for it, with a reason."
        ),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier stands: what is missing (None: it may leave), whose names count, the newest check, its result."""

    lack: Lack | None
    sought: Sought
    check: LeakCheck | None = None
    result: LeakResult | None = None
    concerns: bool = True

    @property
    def may_ask(self) -> bool:
        """Whether asking the custodians would help."""
        return self.lack in {Lack.NOT_ASKED, Lack.UNFINISHED, Lack.STALE, Lack.UNOPENED}

    @property
    def may_state(self) -> bool:
        """Whether somebody has to answer for what the report says."""
        return self.is_found or self.lack == Lack.UNANSWERED

    @property
    def is_found(self) -> bool:
        """Whether something of a witness was found that nobody set aside."""
        return self.lack in {Lack.FOUND, Lack.FOUND_BESIDE}


def items_of_package(dossier: Dossier) -> list[UUID]:
    """The items of the package; until it is compiled, those that it would hold."""
    disclosed = list(dossier.exhibits.values_list("item_id", flat=True))
    if disclosed:
        return disclosed
    withheld = set(dossier.withheld.values_list("item_id", flat=True))
    return [item for item in items_of_case(dossier.case) if item not in withheld]


def sought_in(dossier: Dossier) -> Sought:
    """Whose names have to be looked for in the package."""
    return sought_for(dossier.case, items_of_package(dossier))


def excused_in(dossier: Dossier, sought: Sought) -> set[UUID]:
    """Of these witnesses those who consented, as of now, to be named to the dossier's receiver.

    What they are called is not looked for; all else that is sealed of them is.
    """
    whose = dict(sought.living().values_list("witness", "witness__case"))
    own = {witness for witness, case in whose.items() if case == sought.own}
    # Whoever states that conditions are met knows those of the dossier's case alone.
    elsewhere = replace(dossier.destination, conditions_met=False)
    return may_be_named(own, destination=dossier.destination) | may_be_named(
        whose.keys() - own, destination=elsewhere
    )


def concerns(dossier: Dossier) -> bool:
    """Whether there is anybody of whom something would have to be looked for."""
    return sought_in(dossier).living().exists()


def is_of_what_is_gone(dossier: Dossier) -> bool:
    """Whether an exhibit of the package was disposed of, or its texts were given up with one."""
    gone = dossier.exhibits.filter(item__disposed_at__isnull=False).exists()
    return gone or TextsDropped.objects.filter(texts__dossier=dossier).exists()


def standing_of(dossier: Dossier, sought: Sought | None = None) -> Standing:
    """How the dossier stands now, asked of the database anew; whose names count too, unless it was asked just now."""
    sought = sought or sought_in(dossier)
    concerned = sought.living().exists()
    if is_of_what_is_gone(dossier):
        return Standing(Lack.DISPOSED, sought, concerns=concerned)
    if not concerned:
        return Standing(None, sought, concerns=False)
    package = bytes(dossier.payload_manifest_sha256 or b"")
    texts = PackageTexts.objects.filter(dossier=dossier).first()
    if texts is None or bytes(texts.package) != package:
        return Standing(Lack.NO_TEXTS, sought)
    check = _newest(dossier, package)
    if check is None:
        return Standing(Lack.NOT_ASKED, sought)
    result = LeakResult.objects.filter(check_of=check).first()
    if result is None:
        waits = check.session.state in LIVE_SESSIONS
        return Standing(Lack.WAITING if waits else Lack.UNFINISHED, sought, check)
    return Standing(_lack(dossier, sought, check, result), sought, check, result)


def _newest(dossier: Dossier, package: bytes) -> LeakCheck | None:
    """The newest check of this package that was or can still be carried out."""
    ended = (QuorumState.REFUSED, QuorumState.WITHDRAWN, QuorumState.EXPIRED)
    checks = LeakCheck.objects.filter(dossier=dossier).exclude(session__state__in=ended)
    found = [one for one in checks.select_related("session")[:20] if bytes(one.package) == package]
    return found[0] if found else None


def _lack(dossier: Dossier, sought: Sought, check: LeakCheck, result: LeakResult) -> Lack | None:
    if not _covers(dossier, sought, check, result):
        return Lack.STALE
    if result.unopened:
        return Lack.UNOPENED
    findings = set(result.findings.values_list("surety", flat=True))
    stated = result.statements.values("person").distinct().count()
    if findings & {Surety.SURE, Surety.LIKELY}:
        if not _are_all_spoken_for(dossier, check, result):
            return Lack.FOUND_BESIDE
        return Lack.FOUND if stated < 2 else None
    if (findings or result.unread) and not stated:
        return Lack.UNANSWERED
    return None


def _are_all_spoken_for(dossier: Dossier, check: LeakCheck, result: LeakResult) -> bool:
    """Whether of each other case that was searched for a lawyer who is a member of it set the findings aside.

    Of each, whosever the findings are: that is kept nowhere, and a rule that asked of some alone would tell it.
    """
    searched = SealedIdentity.records.filter(sessions__session=check.session_id)
    others = set(searched.values_list("witness__case", flat=True)) - {dossier.case_id}
    for statement in result.statements.select_related("person") if others else ():
        others -= set(Case.objects.visible_to(statement.person).values_list("pk", flat=True))
    return not others


def _covers(dossier: Dossier, sought: Sought, check: LeakCheck, result: LeakResult) -> bool:
    """Whether everything that would have to be looked for now was looked for then.

    What was sealed anew since is the same content: it counts as what it was sealed anew from.
    """
    excused = set(result.excused_witnesses.values_list("witness", flat=True))
    if excused - excused_in(dossier, sought):
        return False
    looked = set(
        SealedIdentity.records.filter(sessions__session=check.session_id).values_list("pk", flat=True)
    )
    resealed = SealedIdentity.records.filter(sought.whose, reseals__isnull=False)
    before = dict(resealed.values_list("pk", "reseals"))
    return all(_is_among(one, looked, before) for one in sought.living().values_list("pk", flat=True))


def _is_among(identity: UUID, looked: Collection[UUID], before: Mapping[UUID, UUID | None]) -> bool:
    at: UUID | None = identity
    while at is not None and at not in looked:
        at = before.get(at)
    return at is not None
