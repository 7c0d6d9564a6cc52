"""Whoever asks for the head of a page alone is sent no body, whatever the answer."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import HeadMiddleware


@pytest.mark.parametrize("status", [200, 403, 404, 405, 422])
def test_the_answer_to_head_has_no_body_and_says_how_long_it_would_be(status: int) -> None:
    answer = HeadMiddleware(lambda request: HttpResponse("refused", status=status))
    response = answer(RequestFactory().head("/"))
    assert isinstance(response, HttpResponse)
    assert (response.status_code, response.content, response["Content-Length"]) == (status, b"", "7")


def test_every_other_answer_keeps_its_body() -> None:
    answer = HeadMiddleware(lambda request: HttpResponse("a page"))
    response = answer(RequestFactory().get("/"))
    assert isinstance(response, HttpResponse)
    assert response.content == b"a page"
