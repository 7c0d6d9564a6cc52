"""The closed vocabulary: every action stands in a group, on the auditors' page, with a sentence for a lawyer."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from audit.action_groups import Group
from audit.actions import Action
from audit.vocabulary_page import by_group

ClientFor = Callable[[User | None], Client]


@pytest.mark.parametrize("action", sorted(Action, key=str))
def test_every_action_stands_in_a_group_and_has_one_sentence(action: Action) -> None:
    assert action.group in Group
    sentence = str(action.sentence)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert sentence.count(".") == 1


def test_every_group_has_actions_and_a_name() -> None:
    assert [group for group, actions in by_group() if actions] == list(Group)
    assert all(str(group.label) for group in Group)


def test_no_two_actions_mean_the_same() -> None:
    assert len({str(action.sentence) for action in Action}) == len(Action)


def test_the_page_and_the_code_agree(client_for: ClientFor, auditor: User) -> None:
    page = client_for(auditor).get(reverse("audit:vocabulary")).content.decode()
    for action in Action:
        assert page.count(escape(str(action.sentence))) == 1, action
        assert f"{reverse('audit:entries')}?action={action.value}" in page
    assert page.count("?action=") == len(Action)


def test_the_page_asks_nothing_of_the_log(
    client_for: ClientFor, auditor: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = client_for(auditor)
    client.get(reverse("audit:vocabulary"))
    with django_assert_max_num_queries(8) as asked:  # type: ignore[attr-defined]
        client.get(reverse("audit:vocabulary"))
    assert not [one for one in asked.captured_queries if "audit_entry" in one["sql"]]
