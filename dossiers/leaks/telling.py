"""What custodians are told of a package before they let it be searched."""

from dossiers.models import LeakCheck
from dossiers.receivers import country_name
from witnesses.models import QuorumSession
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
