"""Ids of entries: RFC 9562 section 5.7, and that later ones sort after earlier ones."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.actions import Action
from audit.entry_ids import entry_id
from audit.log import Subject, append
from tests.audit.conftest import CLERK

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone is drawn beside it


def test_the_published_example_has_its_time_and_its_form() -> None:
    """RFC 9562 appendix A.6: 2022-02-22T14:22:22.00-05:00 is 017F22E2-79B0-7…"""
    key = entry_id(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC))
    assert str(key).startswith("017f22e2-79b0-7000-")


@given(MOMENTS)
def test_it_is_of_version_7_and_tells_the_millisecond(moment: datetime) -> None:
    key = entry_id(moment)
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert key.int >> 80 == (moment - EPOCH) // timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    if one != other:
        assert (entry_id(one) < entry_id(other)) == (one < other)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_clock_gone_wrong_still_gets_an_id(moment: datetime) -> None:
    assert entry_id(moment).version == 7


def test_no_two_of_one_moment_are_the_same() -> None:
    now = timezone.now()
    assert len({entry_id(now) for _number in range(1000)}) == 1000


@pytest.mark.django_db
def test_an_entry_has_the_id_of_its_moment() -> None:
    entry = append(Action.SIGNED_IN, subject=Subject("test.thing", "6"), actor=CLERK, facts={})
    assert entry.id.int >> 80 == (entry.recorded_at - EPOCH) // timedelta(milliseconds=1)
