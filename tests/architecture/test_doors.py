"""Every address is guarded, or says that it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.roles import ROLE_PERMISSIONS

# Open to whoever is signed in, whatever the role.
FOR_EVERYBODY = {"desk", "gallery", "accounts:account", "accounts:sign_out"}
# Open to whoever comes.
FOR_ANYBODY = {"accounts:sign_in", "set_language"}
SAMPLE = {"uuid": "00000000-0000-4000-8000-000000000000", "int": 1, "str": "x", "slug": "x"}


@dataclass(frozen=True)
class Route:
    view: Callable[..., Any]
    converters: dict[str, Any]


def routes(
    resolver: URLResolver, namespace: str = "", outer: dict[str, Any] | None = None
) -> Iterator[tuple[str, Route]]:
    for pattern in resolver.url_patterns:
        converters = {**(outer or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            yield from routes(
                pattern, f"{pattern.namespace}:" if pattern.namespace else namespace, converters
            )
        else:
            yield f"{namespace}{pattern.name}", Route(pattern.callback, converters)


ROUTES = dict(routes(get_resolver()))


def address(name: str) -> str:
    kinds = {
        key: type(value).__name__.removesuffix("Converter").lower()
        for key, value in ROUTES[name].converters.items()
    }
    return reverse(name, kwargs={key: SAMPLE[kind] for key, kind in kinds.items()})


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_every_view_asks_for_a_permission_or_says_that_it_does_not(name):
    view = ROUTES[name].view
    permission = getattr(view, "permission", None)
    if name in FOR_ANYBODY:
        assert view.login_required is False
    elif name in FOR_EVERYBODY:
        assert permission is None
    else:
        assert permission in set().union(*ROLE_PERMISSIONS.values())
        assert getattr(view, "login_required", True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(ROUTES) - FOR_ANYBODY))
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_a_visitor_is_sent_to_the_door(name, method):
    response = getattr(Client(), method)(address(name))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign_in"))
