"""Asking the custodians to let names be looked for in a package."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.digits import in_digits
from cases.access import require_member
from cases.models import Case
from cases.small_groups import weigh_words
from dossiers.consent import is_unconsented
from dossiers.errors import DossierBusy
from dossiers.leaks.errors import ChecksUsedUp
from dossiers.leaks.standing import items_of_package, standing_of
from dossiers.models import Dossier, LeakCheck
from dossiers.requests import COMPILE
from witnesses.models import SessionIdentity
from witnesses.quorum.opened import ask_for_leak_check
from witnesses.sealed import SealedText
from witnesses.sought import Sought

_WEEK: Final = timedelta(days=7)


@sensitive_variables()
def ask_for_check(dossier: Dossier, *, reason: str, actor: Actor) -> tuple[LeakCheck, SealedText]:
    """The check that was asked for, and the code with which it is carried out, which exists nowhere else.

    Raises NotPermitted, NotAMember, ReasonMissing, DossierBusy where asking would not help (consent too), ChecksUsedUp,
    NothingToGather, SmallGroup, or SessionRunning while another check of the case is open.
    """
    user = require_member(dossier.case, require(actor, COMPILE))
    standing = standing_of(dossier)
    if is_unconsented(dossier):
        raise DossierBusy(
            _(
                "Witnesses did not consent to what this dossier would do, or took it back, so it cannot leave. "
                "No identity is opened for it."
            )
        )
    if not standing.may_ask:
        said = standing.lack.label if standing.lack else _("Nothing stands in the way of this dossier.")
        raise DossierBusy(str(said))
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=dossier.case_id)
        _require_quota(dossier, standing.sought, user)
        weigh_words([reason], actor=user)
        items = items_of_package(dossier)
        session, code = ask_for_leak_check(dossier.case, items=items, reason=reason, actor=actor)
        package = bytes(dossier.payload_manifest_sha256 or b"")
        check = LeakCheck.objects.create(dossier=dossier, session=session, package=package)
        log.append(
            Action.LEAK_CHECK_ASKED,
            subject=dossier,
            actor=user,
            facts={
                "check": str(check.pk),
                "session": str(session.pk),
                "payload_manifest": f"sha256:{package.hex()}",
                "identities": session.covered.count(),
            },
            case_id=dossier.case_id,
        )
    return check, code


def _require_quota(dossier: Dossier, sought: Sought, user: User) -> None:
    # Each answer tells whoever planted a name in an exhibit whether it is that of a witness. One's own checks of the
    # same identities in other cases count: else every further case would be ten more.
    most: int = settings.DADKHAH_LEAK_CHECKS_A_WEEK
    same = SessionIdentity.objects.filter(sealed_identity__in=sought.living(), session__initiator=user)
    asked = LeakCheck.objects.filter(
        Q(dossier__case=dossier.case_id) | Q(session__in=same.values("session")),
        asked_at__gt=timezone.now() - _WEEK,
    )
    if asked.count() >= most:
        raise ChecksUsedUp(
            in_digits(
                _(
                    "Names were looked for in dossiers of this case %(n)d times within a week, and more is not "
                    "allowed."
                )
                % {"n": most}
            )
        )
