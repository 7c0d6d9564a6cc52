"""Refusing words that narrow a pseudonym to a small group, until somebody confirms them; and logging that they did."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from cases.models import Case
from cases.small_groups import SmallGroup, is_confirmed
from witnesses.models import Witness
from witnesses.narrowing import attributes_in_words, narrows
from witnesses.reach import pseudonyms_in, reaching
from witnesses.small_groups import Narrowing


@sensitive_variables()
def require_wide(witness: Witness, texts: Iterable[str], *, actor: User) -> None:
    """Refuses what is written of the witness where the texts together fit too few people and nobody confirmed that.

    What was confirmed is logged, by the kinds of attributes and not by the words, so this belongs into the
    transaction of what is written. The confirmation holds for what was found: other words are asked of again.
    Raises SmallGroup.
    """
    said = [text for text in texts if text]
    found = narrows(witness.case, said) if said else None
    if found is None:
        return
    if not is_confirmed(found.key):
        raise SmallGroup(_sentence(found), code=found.key)
    log.append(
        Action.SMALL_GROUP_ACKNOWLEDGED,
        subject=witness,
        actor=actor,
        facts={"by": list(found.kinds), "at_least": found.at_least, "wanted": found.wanted},
        case_id=witness.case_id,
    )


@sensitive_variables()
def weigh(texts: Iterable[str], *, items: Collection[UUID] = (), actor: User) -> None:
    """Refuses words of a case or an exhibit as `require_wide` does: about each witness whom they name, and each on
    whom one of these items rests. Those of cases that are closed to the actor are passed over, for the refusal
    itself would tell of them.
    """
    said = list(texts)
    named = set().union(*map(pseudonyms_in, said))
    behind = {reach.witness_id for reach in reaching(items)} if items and any(said) else set()
    if not named and not behind:
        return
    open_to = Witness.objects.filter(case__in=Case.objects.visible_to(actor)).select_related("case")
    about = open_to.filter(pseudonym__in=named) | open_to.filter(pk__in=behind)
    for witness in about.order_by("pseudonym"):
        require_wide(witness, said, actor=actor)


def _sentence(found: Narrowing) -> str:
    by = attributes_in_words(found)
    if found.at_least is None:
        return _(
            "Nobody knows how many people this fits: it says %(by)s. Leave something out, or keep it in a sealed note."
        ) % {"by": by}
    return ngettext(
        "As far as is known this fits %(n)s person: it says %(by)s. Leave something out, or keep it in a sealed note.",
        "As far as is known this fits %(n)s people: it says %(by)s. Leave something out, or keep it in a sealed note.",
        found.at_least,
    ) % {"n": found.at_least, "by": by}
