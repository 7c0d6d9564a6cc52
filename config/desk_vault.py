"""The parts of a desk that the witness vault fills."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from config.desk_parts import ROWS, Row, Section
from config.templatetags.dadkhah import digits
from witnesses.alarms import unseen_alarms
from witnesses.emergencies import emergencies_to_review
from witnesses.health import Danger as Custody
from witnesses.health import danger_today
from witnesses.queries import (
    is_enrolled,
    keys_to_vouch_for,
    may_make_key,
    openings_to_decide,
    own_openings,
    waiting_key,
)
from witnesses.quorum.queries import sessions_to_carry_out, sessions_to_decide
from witnesses.risk_queries import REVIEW, waiting_for
from witnesses.risk_state import Danger


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
    keyless, many = may_make_key(user), waiting.count()
    return Section(
        title=_("Requests to decide"),
        empty=_("Nobody asks to see an identity."),
        text=_keyless_words(user) if keyless else "",
        rows=([Row(_("Make my key"), "", reverse("witnesses:enrol"))] if keyless else [])
        + ([Row(_("My key waits to be let in"), "", reverse("witnesses:enrol"))] if waiting_key(user) else [])
        + [
            Row(
                one.witness.pseudonym,
                _("danger to life") if one.emergency else one.witness.case.reference,
                reverse("witnesses:decide", args=[one.pk]),
            )
            for one in waiting[:ROWS]
        ]
        + ([Row(_("All requests to decide"), "", reverse("witnesses:decisions"))] if many > ROWS else []),
        count=many,
        waits=True,
    )


def _keyless_words(user: User) -> str:
    if is_enrolled(user):
        return _(
            "You have no key now. What was sealed before opens with a new one only after it was sealed anew."
        )
    return _("You are not enrolled yet: you can decide once you have made your key.")


def custody(user: User) -> Section:
    """Whether every identity can still be opened, and what a quorum was asked for."""
    words = {
        Custody.LOST: _("Some sealed identities can be opened by no quorum."),
        Custody.NO_QUORUM: _("Too few custodians can act: nothing can be opened."),
        Custody.BARE: _("One more loss, and identities stay sealed for ever."),
        Custody.STALE: _("Some identities are not sealed to exactly the custodians of today."),
        Custody.FEW: _("Too few custodians can act to register a witness."),
    }
    sentence = words.get(danger_today(), "")
    waiting = [*sessions_to_carry_out(user), *sessions_to_decide(user)]
    rows = [Row(sentence, "", reverse("witnesses:custodians"))] if sentence else []
    rows += [
        Row(_("Waits to be let in"), key.custodian.user.full_name, reverse("witnesses:let_in", args=[key.pk]))
        for key in keys_to_vouch_for(user)[:ROWS]
    ]
    rows += [
        Row(one.get_purpose_display(), one.reference, reverse("witnesses:session", args=[one.pk]))
        for one in waiting[:ROWS]
    ]
    return Section(
        title=_("Custodians"),
        empty=_("Every identity can be opened by a quorum, and nothing is asked of one."),
        rows=rows,
        count=len(rows),
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


def dangers(user: User) -> Section:
    """The witnesses whose danger is to be assessed anew; a custodian, who is of no case, is told how many."""
    waiting = waiting_for(user)
    whole = user.has_perm(REVIEW)
    return Section(
        title=_("Witnesses at risk: reviews due"),
        empty=_("The danger to every witness was assessed, and no review is due."),
        rows=_counted(waiting) if whole else [_row(one) for one in waiting[:ROWS]],
        count=len(waiting),
        waits=True,
    )


def _row(one: Danger) -> Row:
    detail = (
        _("something happened")
        if one.threatened
        else _("review due")
        if one.assessment
        else _("not assessed")
    )
    return Row(
        one.witness.pseudonym,
        detail,
        reverse("witnesses:risk", args=[one.witness.case_id, one.witness.pk]),
    )


def _counted(waiting: list[Danger]) -> list[Row]:
    threatened = sum(one.threatened for one in waiting)
    address = reverse("witnesses:dangers")
    rows = (
        [Row(_("Witnesses near whom something happened"), digits(threatened), address)] if threatened else []
    )
    return [*rows, Row(_("The levels of all witnesses"), "", address)]
