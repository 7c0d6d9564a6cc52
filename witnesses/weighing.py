"""Refusing words that narrow a pseudonym to a small group, until somebody confirms them; and logging that they did.

What is about to be written counts together with what the case already says of the pseudonym: prison today, ward
tomorrow and the date next week are one description.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.digits import in_digits
from cases.models import Case
from cases.small_groups import SmallGroup, Written, is_confirmed
from witnesses.models import Witness
from witnesses.naming import pseudonyms_in
from witnesses.narrowing import CaseKnowledge, attributes_in_words
from witnesses.reach import reaching
from witnesses.small_groups import Narrowing
from witnesses.standing_words import said_already


@dataclass(frozen=True, slots=True)
class _Found:
    """That what is written of a witness narrows them; `adds` where it does so only with what stands already."""

    witness: Witness
    narrowing: Narrowing
    adds: bool

    @property
    def code(self) -> str:
        """Stands for what was found of this witness; keyed, for what is said could be guessed from a bare digest."""
        value = f"{self.witness.pk} {self.narrowing.key}"
        return salted_hmac("dadkhah small group v2", value, algorithm="sha256").hexdigest()[:32]


@sensitive_variables()
def require_wide(witness: Witness, texts: Iterable[str], *, actor: User) -> None:
    """Refuses what is written of the witness where it and what the case says already together fit too few people and
    nobody confirmed that.

    What says nothing new is weighed alone. What was confirmed is logged, by the kinds of attributes and not by the
    words, so this belongs into the transaction of what is written. The confirmation holds for what was found: other
    words are asked of again. Raises SmallGroup.
    """
    _require({witness: [text for text in texts if text]}, actor)


@sensitive_variables()
def weigh(written: Iterable[Written], *, actor: User) -> None:
    """Refuses words of a case or of exhibits as `require_wide` does: about each witness whom they name, and each on
    whom one of the items rests that they are about. Those of cases that are closed to the actor are passed over, for
    the refusal itself would tell of them. A fixed number of queries, however much is written.
    """
    records = [(one, _named_in(one)) for one in written if any(one.texts)]
    items = {item for one, _names in records for item in one.items}
    behind: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in reaching(items) if items else ():
        behind[reach.item_id].add(reach.witness_id)
    named = set().union(*(names for _one, names in records))
    if not named and not behind:
        return
    open_to = Witness.objects.filter(case__in=Case.objects.visible_to(actor)).select_related("case")
    about = open_to.filter(pseudonym__in=named) | open_to.filter(pk__in=set().union(*behind.values()))
    said = {
        witness: [
            text
            for one, names in records
            if witness.pseudonym in names or any(witness.pk in behind.get(item, ()) for item in one.items)
            for text in one.texts
            if text
        ]
        for witness in about.order_by("pseudonym")
    }
    _require(said, actor)


def _named_in(one: Written) -> set[str]:
    return set().union(*map(pseudonyms_in, one.texts))


@sensitive_variables()
def _require(said: Mapping[Witness, Sequence[str]], actor: User) -> None:
    found = _found({witness: texts for witness, texts in said.items() if texts})
    open_still = [one for one in found if not is_confirmed(one.code, by=actor)]
    if open_still:
        told = [_sentence(one, named=len(said) > 1) for one in open_still]
        raise SmallGroup(" ".join(told), code=".".join(one.code for one in open_still))
    for one in found:
        seen = one.narrowing
        log.append(
            Action.SMALL_GROUP_ACKNOWLEDGED,
            subject=one.witness,
            actor=actor,
            facts={"by": list(seen.kinds), "at_least": seen.at_least, "wanted": seen.wanted},
            case_id=one.witness.case_id,
        )


@sensitive_variables()
def _found(said: Mapping[Witness, Sequence[str]]) -> list[_Found]:
    """Those whom it narrows. What stands is asked for only where the new words say something of anybody."""
    cases = {witness.case_id: witness.case for witness in said}
    knowledge = {key: CaseKnowledge(case) for key, case in cases.items()}
    new = {witness: knowledge[witness.case_id].read(texts) for witness, texts in said.items()}
    telling = [witness for witness, words in new.items() if words.kinds]
    already = said_already(telling) if telling else {}
    found = []
    for witness in telling:
        knows = knowledge[witness.case_id]
        before = knows.read(already.get(witness.pk, ()))
        whole = before | new[witness]
        seen = knows.narrows(whole if whole != before else new[witness])
        if seen is not None:
            found.append(_Found(witness, seen, adds=whole != new[witness]))
    return found


def _sentence(found: _Found, *, named: bool) -> str:
    by = attributes_in_words(found.narrowing)
    if found.narrowing.at_least is None:
        told = _("Nobody knows how many people this fits: it says %(by)s. Leave something out.") % {"by": by}
    else:
        told = ngettext(
            "As far as is known this fits %(n)s person: it says %(by)s. Leave something out.",
            "As far as is known this fits %(n)s people: it says %(by)s. Leave something out.",
            found.narrowing.at_least,
        ) % {"n": in_digits(found.narrowing.at_least), "by": by}
    if found.adds:
        told = _("Together with what the case says already: %(told)s") % {"told": told}
    return f"{found.witness.pseudonym}: {told}" if named else told
