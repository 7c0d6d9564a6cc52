"""The parts of a desk that the witness vault fills."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from config.desk_parts import ROWS, Row, Section
from witnesses.alarms import unseen_alarms
from witnesses.emergencies import emergencies_to_review
from witnesses.queries import is_enrolled, openings_to_decide, own_openings


def own_requests(user: User) -> Section:
    """The reader's own open requests."""
    return Section(
        title=_("My requests to see an identity"),
        empty=_("You have no open request."),
        rows=[
            Row(one.witness.pseudonym, one.get_state_display(), reverse("witnesses:opening", args=[one.pk]))
            for one in own_openings(user)[:ROWS]
        ],
    )


def decisions(user: User) -> Section:
    """What waits for this custodian, a danger to life first."""
    waiting = openings_to_decide(user)
    enrolled = is_enrolled(user)
    return Section(
        title=_("Requests to decide"),
        empty=_("Nobody asks to see an identity."),
        text="" if enrolled else _("You are not enrolled yet: you can decide once you have made your key."),
        rows=([] if enrolled else [Row(_("Make my key"), "", reverse("witnesses:enrol"))])
        + [
            Row(
                one.witness.pseudonym,
                _("danger to life") if one.emergency else one.witness.case.reference,
                reverse("witnesses:decide", args=[one.pk]),
            )
            for one in waiting[:ROWS]
        ],
        count=waiting.count(),
        waits=True,
    )


def vault_alarms(user: User) -> Section:
    """What the reader has not seen yet, and the emergencies that they can review."""
    alarms, reviews = unseen_alarms(user), emergencies_to_review(user)
    count = alarms.count() + reviews.count()
    return Section(
        title=_("Alarms of the witness vault"),
        empty=_("No alarm that you have not seen, and no emergency to review."),
        rows=[
            Row(
                one.get_kind_display(),
                one.person.full_name if one.person else _("the whole house"),
                reverse("witnesses:alarms"),
            )
            for one in alarms[:ROWS]
        ]
        + [
            Row(
                _("Emergency to review"),
                one.witness.pseudonym,
                reverse("witnesses:review", args=[one.pk]),
            )
            for one in reviews[:ROWS]
        ],
        count=count,
        waits=True,
    )
