"""What each role may do at all; case membership says where (see `cases.access`)."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """The kinds of people who work here. A user holds exactly one."""

    PARALEGAL = "paralegal"
    LAWYER = "lawyer"
    AUDITOR = "auditor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Promise:
        """The role's name for a reader, in the reader's language."""
        return _TITLES[self]


_TITLES: dict[Role, Promise] = {
    Role.PARALEGAL: _("Paralegal"),
    Role.LAWYER: _("Lawyer"),
    Role.AUDITOR: _("Auditor"),
    Role.CUSTODIAN: _("Custodian"),
    Role.ADMINISTRATOR: _("Administrator"),
}

_PARALEGAL = frozenset(
    {
        "evidence.receive_evidence",
        "evidence.view_evidence",
        "evidence.link_evidence",
        "evidence.check_fixity",
        "evidence.transfer_custody",
        "cases.work_on_cases",
        "witnesses.register_witness",
        "witnesses.record_consent",
    }
)
_LAWYER = _PARALEGAL | {
    "cases.open_case",
    "cases.manage_members",
    "evidence.hold_evidence",
    "evidence.dispose_evidence",
    "witnesses.request_opening",
    "witnesses.end_dependence",
    "witnesses.take_full_statement",
    "witnesses.assess_risk",
    "dossiers.compile_dossier",
    "dossiers.view_dossier",
    "evidence.view_found_values",
}

# Administrators run the machine: nothing here lets them near evidence, cases or witnesses. They may take a custodian's
# office at once, for an arrest does not wait; they can open nothing by it.
ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.PARALEGAL: _PARALEGAL,
    Role.LAWYER: _LAWYER,
    Role.AUDITOR: frozenset(
        {
            "audit.review_log",
            "evidence.review_custody",
            "evidence.check_fixity",
            "witnesses.heed_alarms",
            "witnesses.review_custodians",
        }
    ),
    Role.CUSTODIAN: frozenset(
        {
            "witnesses.decide_opening",
            "witnesses.heed_alarms",
            "witnesses.review_custodians",
            "witnesses.remove_custodian",
            "witnesses.review_risk",
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {"accounts.manage_users", "witnesses.review_custodians", "witnesses.remove_custodian"}
    ),
}
