"""No page lets a control character or a direction override out of somebody's words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from config.templatetags.dadkhah import visible_words
from dossiers.models import Dossier
from dossiers.tasks import compile_requested
from evidence.models import EvidenceItem
from tests.architecture.test_role_matrix import FOR_EVERYBODY, open_to
from tests.architecture.two_cases import House, furnish
from tests.conftest import PASSWORD, Hire
from witnesses.models import OpeningRequest

HOSTILE = 'words\u202e\x1b[2J<script>alert(1)</script>{{ 7 }}#read("/etc/passwd")\u2066 ‌ends'
ClientFor = Callable[[User | None], Client]


def test_words_keep_their_lines_and_show_what_hides():
    assert visible_words("a\r\nb\n\u00a0\tc<") == "a<br>b<br>\u00a0 c&lt;"
    assert "\u202e" not in visible_words(HOSTILE)
    assert "U+202E" in visible_words(HOSTILE)
    assert "\u200c" in visible_words(HOSTILE)


@pytest.fixture
def house(house: Any, hire: Hire) -> House:
    return furnish(hire)


@pytest.fixture
def hostile(house: House, client_for: ClientFor) -> dict[str, Any]:
    """Everything of our case whose words are hostile, by the address's parameter."""
    ours, client = house.ours, client_for(house.people["lawyer"])
    words = dict.fromkeys(("title", "source", "how_obtained", "original_name"), HOSTILE)
    sent = words | {"files": SimpleUploadedFile("a.txt", b"hostile"), "case": str(ours.case.pk)}
    assert client.post(reverse("evidence:upload"), sent).status_code == 302
    item = EvidenceItem.objects.get(title=HOSTILE.strip())
    link = {"case": str(ours.case.pk), "to": f"person:{ours.person.pk}", "stance": "supports"}
    where = reverse("evidence:link", args=[item.pk])
    assert client.post(where, link | {"pinpoint": HOSTILE, "basis": HOSTILE}).status_code == 302
    asked = {
        "reason": HOSTILE,
        "fields_wanted": ["full_names"],
        "seconds": 60,
        "confirmation": ours.witness.pseudonym,
        "password": PASSWORD,
    }
    assert client.post(ours.address("witnesses:request_opening"), asked).status_code == 200
    wish = {"to": "internal", "use": "analysis", "purpose": HOSTILE, "confirmation": ours.case.reference}
    assert client.post(ours.address("dossiers:compile"), wish).status_code == 302
    dossier = Dossier.objects.get(purpose__startswith="words")
    compile_requested(str(dossier.pk))
    opening = OpeningRequest.objects.get(reason__startswith="words")
    custodian = client_for(house.people["custodian"])
    refusal = {"decision": "refuse", "reason": HOSTILE}
    assert custodian.post(reverse("witnesses:decide", args=[opening.pk]), refusal).status_code == 302
    return {"item_id": item.pk, "dossier_id": dossier.pk, "request_id": opening.pk}


def test_no_page_lets_them_out(house: House, hostile: dict[str, Any], client_for: ClientFor) -> None:
    shown = set()
    for who in Role:
        client = client_for(house.people[who.value])
        for name in [*open_to(who), *FOR_EVERYBODY]:
            page = client.get(house.ours.address(name, **hostile)).content.decode()
            assert re.findall("[^\n]*[\u202e\u2066\x1b]", page) == [], name
            assert "<script>alert" not in page, name
            shown |= {name} if "U+202E" in page else set()
    assert {"desk", "evidence:item", "witnesses:detail", "witnesses:opening", "dossiers:detail"} <= shown
