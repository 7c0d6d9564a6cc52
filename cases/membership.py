"""Opening cases, and who may enter them."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import ELIGIBLE_ROLES, normal_reference, require_member
from cases.errors import AlreadyMember, BadReference, LastMember, NotEligible, ReferenceTaken
from cases.folding import joined_key
from cases.models import MEMBER, Case, CaseUserObjectPermission
from cases.plain_text import clean_line, clean_text
from cases.small_groups import weigh_words

_REFERENCE = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,30}[A-Z0-9])?")


def open_case(*, reference: str, title: str, summary: str = "", actor: Actor) -> Case:
    """Open a case; whoever opens it is its first member.

    Raises NotPermitted, BadReference, BadText, ReferenceTaken or SmallGroup; leaves no row behind.
    """
    opener = require(actor, "cases.open_case")
    wanted = _checked_reference(reference)
    title = clean_line(title, label=_("The title"))
    case = Case(
        reference=wanted,
        title=title,
        summary=clean_text(summary, label=_("The summary")),
        search_key=joined_key(f"{wanted} {title}"),
        opened_at=timezone.now(),
        opened_by=opener,
    )
    with transaction.atomic():
        weigh_words([case.title, case.summary], actor=opener)
        _insert(case)
        facts = {"reference": wanted, "title": sealed(case, "title")}
        log.append(Action.CASE_OPENED, subject=case, actor=actor, facts=facts, case_id=case.pk)
        _enter(case, opener, actor=actor)
    return case


def add_member(case: Case, *, user: User, actor: Actor) -> None:
    """Let `user` into the case. Raises NotPermitted, NotAMember, NotEligible or AlreadyMember."""
    require(actor, "cases.manage_members")
    require_member(case, actor)
    if not user.is_active or user.role not in ELIGIBLE_ROLES:
        raise NotEligible(
            _("Only an active paralegal or lawyer can be a member of a case. Choose another user.")
        )
    with transaction.atomic():
        _locked(case)
        if _membership(case).filter(user=user).exists():
            raise AlreadyMember(_("This user is a member of the case already."))
        _enter(case, user, actor=actor)


def remove_member(case: Case, *, user: User, actor: Actor) -> None:
    """Close the case to `user` at once. Raises NotPermitted, NotAMember, NotEligible or LastMember."""
    require(actor, "cases.manage_members")
    require_member(case, actor)
    with transaction.atomic():
        _locked(case)
        if not _membership(case).filter(user=user).exists():
            raise NotEligible(_("This user is no member of the case. Reload the page."))
        if not _membership(case).filter(user__is_active=True).exclude(user=user).exists():
            raise LastMember(_("This is the last member of the case. Add another member first."))
        remove_perm(MEMBER, user, case)
        facts = {"member": user.audit_name}
        log.append(Action.MEMBER_REMOVED, subject=case, actor=actor, facts=facts, case_id=case.pk)


def _checked_reference(reference: str) -> str:
    wanted = normal_reference(reference)
    if not _REFERENCE.fullmatch(wanted):
        raise BadReference(
            _("Write the reference in Latin letters, digits, dots and hyphens, for example DK-1988-01.")
        )
    return wanted


def _insert(case: Case) -> None:
    """Insert rather than look first: of two who want one reference, the database lets one have it."""
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        raise ReferenceTaken(
            _("The reference %(reference)s is used by another case. Choose another one.")
            % {"reference": case.reference}
        ) from None


def _enter(case: Case, user: User, *, actor: Actor) -> None:
    assign_perm(MEMBER, user, case)
    facts = {"member": user.audit_name}
    log.append(Action.MEMBER_ADDED, subject=case, actor=actor, facts=facts, case_id=case.pk)


def _locked(case: Case) -> None:
    """Let one change of members run at a time, so that two members cannot remove each other."""
    Case.objects.select_for_update().get(pk=case.pk)


def _membership(case: Case):  # type: ignore[no-untyped-def] # guardian's manager has no types
    return CaseUserObjectPermission.objects.filter(content_object=case, permission__codename=MEMBER)
