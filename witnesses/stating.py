"""Saying that an exhibit is the statement of a witness. No version is overwritten: the newest counts."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.private import sealed
from cases.access import require_member
from cases.plain_text import clean_text
from evidence.models import EvidenceItem
from evidence.queries import unknown_item
from evidence.scopes import READ as READ_EVIDENCE
from evidence.vocabulary import Language
from witnesses.depending import declare_dependence
from witnesses.errors import BadStatement, RegisterMovedOn, UnknownInterview
from witnesses.interviewing import FULL, LONGEST_TEXT
from witnesses.models import AccountKind, Answer, Dependence, Interview, Statement, Tie, Witness
from witnesses.searching import READ
from witnesses.weighing import require_wide

_ANSWERS: Final = ("signed", "read_back", "under_oath")


@dataclass(frozen=True, slots=True, repr=False)
class StatementFacts:
    """What is known of a statement. `interview` is the one that it came of, None where it came of none of ours or
    theirs that the register knows. Its `repr` says nothing."""

    kind: AccountKind | str
    interview: Interview | None = None
    language: Language | str = ""
    signed: Answer | str = Answer.NOT_KNOWN
    read_back: Answer | str = Answer.NOT_KNOWN
    under_oath: Answer | str = Answer.NOT_KNOWN
    remark: str = ""
    stands: bool = True

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def record_statement(
    witness: Witness,
    item: EvidenceItem,
    *,
    facts: StatementFacts,
    correction: str = "",
    last_seen: int = 0,
    actor: Actor,
) -> Statement:
    """Add the next version of what is known of the item as a statement of the witness.

    From then on the item depends on the witness, and leaves in no dossier without their consent; it goes on depending
    when the statement is taken back, until a lawyer ends that.

    `last_seen` is the version that the actor read, 0 for none; after the first, `correction` says why another is
    needed. Raises NotPermitted (a full statement is a lawyer's work), NotAMember, UnknownEvidence for an item that is
    not in the case or not open to the actor, UnknownInterview, RegisterMovedOn, BadText, BadStatement or
    SmallGroup.
    """
    user = _worker(witness, item, facts, actor=actor)
    columns = _columns(witness, facts)
    why = clean_text(correction, label=_("The reason of the change"), max_length=LONGEST_TEXT)
    with transaction.atomic():
        # The exhibit first, as a dossier that goes out does: it holds its exhibits, then asks their witnesses.
        EvidenceItem.objects.select_for_update(no_key=True).values_list("pk").get(pk=item.pk)
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        last = Statement.objects.filter(witness=witness, item=item).order_by("-version").first()
        if (last.version if last else 0) != last_seen:
            raise RegisterMovedOn
        _require_next(last, columns, why, actor=actor)
        require_wide(witness, [columns["remark"], why if last else ""], actor=user)
        statement = Statement.objects.create(
            witness=witness,
            item=item,
            version=last_seen + 1,
            correction=why if last else "",
            recorded_by=user,
            **columns,
        )
        _log(statement, user)
        _depend(statement, user)
    return statement


def _worker(witness: Witness, item: EvidenceItem, facts: StatementFacts, *, actor: Actor) -> User:
    require(actor, FULL if facts.kind == AccountKind.FULL_STATEMENT else READ)
    user = require_member(witness.case, require(actor, READ_EVIDENCE))
    placed = EvidenceItem.objects.visible_to(user).filter(pk=item.pk, placements__case=witness.case_id)
    if not placed.exists():
        raise unknown_item()
    return user


@sensitive_variables()
def _columns(witness: Witness, facts: StatementFacts) -> dict[str, Any]:
    if facts.kind not in AccountKind.values:
        raise BadStatement(_("Choose what kind of statement it is."))
    if facts.language not in ("", *Language.values):
        raise BadStatement(_("Choose the language from the list."))
    answers = {name: str(getattr(facts, name)) for name in _ANSWERS}
    if not set(answers.values()) <= set(Answer.values):
        raise BadStatement(
            _("Say whether it was signed, read back and given under oath, or that it is not known.")
        )
    if facts.interview is not None and facts.interview.witness_id != witness.pk:
        raise UnknownInterview
    return {
        "kind": str(facts.kind),
        "language": str(facts.language),
        "interview_id": facts.interview.pk if facts.interview else None,
        "remark": clean_text(facts.remark, label=_("The remark"), max_length=LONGEST_TEXT),
        "stands": facts.stands,
        **answers,
    }


def _require_next(last: Statement | None, columns: dict[str, Any], why: str, *, actor: Actor) -> None:
    if last is None:
        if not columns["stands"]:
            raise BadStatement(_("It is not recorded as a statement, so there is nothing to take back."))
        return
    if last.kind == AccountKind.FULL_STATEMENT:
        require(actor, FULL)
    if all(getattr(last, name) == value for name, value in columns.items()):
        raise BadStatement(_("Nothing is different from what was recorded last. Change what is wrong."))
    if not why:
        raise BadStatement(_("Say why the record is changed; the one before stays."))


def _depend(statement: Statement, user: User) -> None:
    same = Dependence.objects.standing().filter(
        witness=statement.witness, item=statement.item, tie=Tie.STATEMENT
    )
    if statement.stands and not same.exists():
        declare_dependence(statement.witness, statement.item, tie=Tie.STATEMENT, actor=user)


def _log(statement: Statement, user: User) -> None:
    texts: dict[str, Json] = {value.name: sealed(statement, value.name) for value in Statement.PRIVATE.values}
    log.append(
        Action.STATEMENT_RECORDED,
        subject=statement.witness,
        actor=user,
        facts={
            "statement": str(statement.pk),
            "item": str(statement.item_id),
            "version": statement.version,
            "stands": statement.stands,
            "interview": str(statement.interview_id) if statement.interview_id else None,
            "kind": statement.kind,
            "signed": statement.signed,
            "read_back": statement.read_back,
            "under_oath": statement.under_oath,
            **texts,
        },
        case_id=statement.witness.case_id,
    )
