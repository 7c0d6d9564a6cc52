"""A kit with its sheets, and one that the custodians installed."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.witnesses.conftest import PASSPHRASES
from witnesses.models import QuorumSession, RecoveryKit
from witnesses.quorum.approving import approve_session
from witnesses.recovery.installing import install_kit, propose_kit
from witnesses.recovery.kit import PublicKit
from witnesses.recovery.words import split_seed
from witnesses.sealing import new_key_pair

WHY_A_KIT = "Two of us were followed last week"


@dataclass(frozen=True)
class Paper:
    """What `recovery_kit make` gives: the words of each sheet, and the public file."""

    public: PublicKit
    sheets: list[str]
    seed: bytes


def paper_kit(threshold=2, shares=3):
    pair = new_key_pair()
    public = PublicKit(pair.public, threshold, shares, datetime(2026, 11, 20, 8, tzinfo=UTC))
    return Paper(public, split_seed(pair.seed, threshold=threshold, shares=shares), pair.seed)


def approved(session: QuorumSession, users) -> None:
    for user in users:
        approve_session(session, passphrase=PASSPHRASES[user.username], reason="The words agree", actor=user)


def install(paper, custodians) -> RecoveryKit:
    session, code = propose_kit(paper.public.as_file(), reason=WHY_A_KIT, actor=custodians[0])
    approved(session, custodians[:2])
    assert install_kit(session, code=code, actor=custodians[0])
    return session.recovery_kit


@pytest.fixture
def paper() -> Paper:
    return paper_kit()


@pytest.fixture
def kit(paper, custodians) -> RecoveryKit:
    """Installed by the first two custodians, before any witness was registered."""
    return install(paper, custodians)
