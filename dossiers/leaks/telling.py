"""What custodians are told of a package before they let it be searched, and its lawyers of whose names were sought."""

from dataclasses import dataclass

from dossiers.models import LeakCheck, LeakResult
from dossiers.receivers import country_name
from witnesses.models import QuorumSession, SealedIdentity
from witnesses.quorum.package import Package


def package_of(session: QuorumSession) -> Package | None:
    """The dossier and its receiver, or None for a session that is of no dossier."""
    check = LeakCheck.objects.select_related("dossier__case").filter(session=session).first()
    if check is None:
        return None
    dossier = check.dossier
    told = (
        str(dossier.get_recipient_kind_display()),
        str(dossier.recipient_name),
        country_name(dossier.recipient_country),
    )
    return Package(dossier.name, " · ".join(part for part in told if part))


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a report for the lawyers of its dossier's case: those of other cases are not theirs to know.

    `beyond` says that there are some. Then `unopened` is at most one, for whose it is may not be theirs either.
    """

    identities: int
    unopened: int
    excused: int
    beyond: bool


def counted(result: LeakResult) -> Counted:
    """What of the report's counts may be told."""
    check = result.check_of
    covered = SealedIdentity.records.filter(sessions__session=check.session_id)
    own = covered.filter(witness__case=check.dossier.case_id).count()
    if covered.count() == own:
        return Counted(result.identities, result.unopened, result.excused, beyond=False)
    excused = result.excused_witnesses.filter(witness__case=check.dossier.case_id).count()
    return Counted(own, min(result.unopened, 1), excused, beyond=True)
