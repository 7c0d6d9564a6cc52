"""The pages: who gets in, what they show, and that reading is logged before it is answered."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from cases.membership import open_case
from cases.models import Case, Person
from evidence.inspection import inspect
from evidence.linking import add_to_case
from evidence.models import EvidenceItem
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.test_intake import stored_files

ClientFor = Callable[[User | None], Client]
JSON = {"HTTP_ACCEPT": "application/json"}

# route, method, roles that get in when they are members (or, for the auditor, by right)
MATRIX = [
    ("list", "get", {"paralegal", "lawyer", "outsider"}),
    ("upload", "get", {"paralegal", "lawyer", "outsider"}),
    ("item", "get", {"paralegal", "lawyer"}),
    ("download", "post", {"paralegal", "lawyer"}),
    ("check", "post", {"paralegal", "lawyer", "auditor"}),
    ("inspect", "post", {"paralegal", "lawyer"}),
    ("link", "get", {"paralegal", "lawyer"}),
    ("case_list", "get", {"paralegal", "lawyer"}),
    ("custody_review", "get", {"auditor"}),
    ("custody_item", "get", {"auditor"}),
]
OF_ITEM = {"item", "download", "check", "inspect", "link", "custody_item"}


def address(route: str, item: EvidenceItem, case: Case) -> str:
    args = [item.pk] if route in OF_ITEM else [case.pk] if route == "case_list" else []
    return reverse(f"evidence:{route}", args=args)


@pytest.fixture
def people(
    paralegal: User, lawyer: User, outsider: User, auditor: User, custodian_a: User, administrator: User
) -> dict[str, User | None]:
    return {
        "paralegal": paralegal,
        "lawyer": lawyer,
        "outsider": outsider,
        "auditor": auditor,
        "custodian": custodian_a,
        "administrator": administrator,
        "nobody": None,
    }


@pytest.mark.parametrize(("route", "method", "allowed"), MATRIX, ids=[row[0] for row in MATRIX])
def test_each_role_gets_what_it_may_and_nothing_else(
    take_in: TakeIn, case: Case, people: dict, client_for: ClientFor, route: str, method: str, allowed: set
) -> None:
    item = take_in()
    for name, user in people.items():
        response = getattr(client_for(user), method)(address(route, item, case))
        if name in allowed:
            assert response.status_code in (200, 302), (name, response.status_code)
            if response.status_code == 302:
                assert "sign" not in response.url
        elif user is None:
            assert response.status_code == 302
            assert reverse("accounts:sign_in") in response.url
        else:
            # An outsider must not learn that it exists; a role without the right is told that it has none.
            assert response.status_code == (
                404
                if name == "outsider" and route in OF_ITEM | {"case_list"} and route != "custody_item"
                else 403
            )


def test_an_unknown_item_and_a_closed_one_look_the_same(
    take_in: TakeIn, outsider: User, client_for: ClientFor
) -> None:
    client = client_for(outsider)
    closed = client.get(reverse("evidence:item", args=[take_in().pk]), **JSON)
    unknown = client.get(reverse("evidence:item", args=[uuid4()]), **JSON)
    assert (closed.status_code, closed.content) == (unknown.status_code, unknown.content)


def test_opening_an_item_is_logged(take_in: TakeIn, lawyer: User, client_for: ClientFor) -> None:
    item = take_in(source="<script>alert(1)</script>", original_name="a\u202eb.exe", how_obtained="by hand")
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    entry = Entry.objects.get(action="evidence.viewed")
    assert (entry.subject_id, entry.actor, entry.channel) == (str(item.pk), lawyer.audit_name, "page")
    assert "<script>alert" not in page
    assert "U+202E" in page
    assert "\u202e" not in page
    assert item.object.sha256.hex in page
    assert "by hand" in page


def test_what_is_done_with_an_item_is_logged_under_its_case_where_that_is_one_case(
    take_in: TakeIn, lawyer: User, case: Case, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    acts = ("evidence.viewed", "evidence.downloaded")
    client.get(reverse("evidence:item", args=[item.pk]))
    assert b"".join(client.post(reverse("evidence:download", args=[item.pk])).streaming_content) == LETTER
    of_the_case = Entry.objects.filter(action__in=acts, case_id=case.pk)
    assert sorted(of_the_case.values_list("action", flat=True)) == sorted(acts)
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    add_to_case(item, case=second, actor=lawyer)
    client.get(reverse("evidence:item", args=[item.pk]))
    assert Entry.objects.filter(action="evidence.viewed", subject_id=str(item.pk), case_id=None).count() == 1
    assert not Entry.objects.filter(action__in=acts, case_id=second.pk).exists()


def test_other_receipts_are_not_told_to_whom_they_are_closed(
    take_in: TakeIn, other_case: Case, outsider: User, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    hidden = take_in(source="a hidden source", case=other_case, actor=outsider)
    seen = take_in(source="a seen source")
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert seen.reference in page
    assert "a seen source" in page
    assert hidden.reference not in page
    assert "a hidden source" not in page
    assert "not yours" not in page


def test_a_download_is_the_original_as_an_attachment_and_in_custody(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(original_name="../نامه\u202e.html")
    response = client_for(lawyer).post(reverse("evidence:download", args=[item.pk]))
    assert b"".join(response.streaming_content) == LETTER
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "%E2%80%AE" not in response["Content-Disposition"]
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Length"] == str(len(LETTER))
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    event = item.custody.get(kind="exported")
    assert event.received_by == lawyer.full_name
    assert (
        json.loads(bytes(Entry.objects.get(action="evidence.downloaded").body))["facts"]["fingerprint"]
        == event.fingerprint()
    )


def test_another_file_in_the_place_of_the_original_is_not_handed_out(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, other = take_in(), take_in(b"somebody else's photograph")
    objects = Path(settings.DADKHAH_DATA_DIR) / "vault"
    [ours], [theirs] = (list(objects.rglob(one.stored.name)) for one in (item, other))
    swapped = ours.read_bytes(), theirs.read_bytes()
    for path, content in zip((theirs, ours), swapped, strict=True):
        path.unlink()
        path.write_bytes(content)
    response = client_for(lawyer).post(reverse("evidence:download", args=[item.pk]))
    assert response.status_code == 409
    assert not item.custody.filter(kind="exported").exists()


def test_a_download_that_cannot_be_logged_does_not_leave(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()

    def refuse(execute, sql, params, many, context):
        if "audit_entry" in sql and "INSERT" in sql and "evidence.downloaded" in str(params):
            raise RuntimeError("the log is closed")
        return execute(sql, params, many, context)

    client = client_for(lawyer)
    with connection.execute_wrapper(refuse), pytest.raises(RuntimeError):
        client.post(reverse("evidence:download", args=[item.pk]))
    assert not item.custody.filter(kind="exported").exists()


def test_a_missing_object_is_answered_with_a_sentence(
    take_in: TakeIn, house: Path, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    stored_files(house)[0].unlink()
    response = client_for(lawyer).post(reverse("evidence:download", args=[item.pk]), **JSON)
    assert response.status_code == 409
    assert response.json()["kind"] == "broken"
    assert not item.custody.filter(kind="exported").exists()


def test_the_check_button_says_what_was_found(
    take_in: TakeIn, house: Path, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    client = client_for(lawyer)
    page = client.post(reverse("evidence:check", args=[item.pk]), follow=True).content.decode()
    assert "are what was received" in page
    assert "verdict-verified" in page
    stored_files(house)[0].unlink()
    page = client.post(reverse("evidence:check", args=[item.pk]), follow=True).content.decode()
    assert "are not what was received" in page
    assert "verdict-broken" in page


def test_the_auditor_sees_custody_but_no_words_of_others(
    take_in: TakeIn, auditor: User, client_for: ClientFor
) -> None:
    item = take_in(source="Shirin", title="Shirin's letter", original_name="shirin.txt")
    client = client_for(auditor)
    for route, args in (("custody_review", []), ("custody_item", [item.pk])):
        page = client.get(reverse(f"evidence:{route}", args=args)).content.decode()
        assert item.reference in page
        assert item.object.sha256.hex in page
        assert "hirin" not in page


def test_the_page_of_an_items_custody_names_our_own_tasks_in_words(
    take_in: TakeIn, auditor: User, client_for: ClientFor
) -> None:
    item = take_in()
    inspect(item.pk)
    page = client_for(auditor).get(reverse("evidence:custody_item", args=[item.pk])).content.decode()
    assert "system:inspection" not in page
    assert "Dadkhah itself (looking into files)" in page


def test_the_register_is_found_by_text_type_and_case(
    take_in: TakeIn, lawyer: User, case: Case, other_case: Case, client_for: ClientFor
) -> None:
    letter, photo = take_in(title="Letter"), take_in(b"x", original_name="wall.jpg")
    EvidenceItem.objects.filter(pk=photo.pk).update(media_type="image/jpeg")
    client = client_for(lawyer)

    def found(**query: str) -> set[str]:
        page = client.get(reverse("evidence:list"), query).content.decode()
        return {item.reference for item in (letter, photo) if item.reference in page}

    assert found() == {letter.reference, photo.reference}
    assert found(q="letter") == {letter.reference}
    assert found(q="WALL") == {photo.reference}
    assert found(q=photo.reference.lower()) == {photo.reference}
    assert found(type="image") == {photo.reference}
    assert found(type="nonsense", case="nonsense", page="x") == {letter.reference, photo.reference}
    assert found(case=str(case.pk)) == {letter.reference, photo.reference}
    assert client.get(reverse("evidence:list"), {"case": str(other_case.pk)}).status_code == 404


@pytest.mark.parametrize("route", ["list", "case_list", "custody_review"])
def test_a_longer_list_asks_no_more_of_the_database(
    take_in: TakeIn, lawyer: User, auditor: User, case: Case, client_for: ClientFor, route: str
) -> None:
    client = client_for(auditor if route == "custody_review" else lawyer)

    def queries() -> int:
        client.get(address(route, item, case))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address(route, item, case)).status_code == 200
        return len(captured)

    item = take_in()
    few = queries()
    for number in range(12):
        take_in(str(number).encode())
    assert queries() == few


def test_a_link_is_made_by_page(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    client = client_for(lawyer)
    link = reverse("evidence:link", args=[item.pk])
    assert case.reference in client.get(link).content.decode()
    assert "Hamid Nouri" in client.get(link, {"case": case.pk}).content.decode()
    sent = {
        "case": case.pk,
        "to": f"person:{person.pk}",
        "stance": "contradicts",
        "pinpoint": "page 2",
        "basis": "why",
    }
    page = client.post(link, sent, follow=True).content.decode()
    assert "Hamid Nouri" in page
    assert "page 2" in page
    response = client.post(link, {"case": case.pk, "to": f"person:{uuid4()}", "stance": "supports"})
    assert response.status_code == 422
    response = client.post(link, {"case": case.pk, "to": "case", "stance": "supports"})
    assert response.status_code == 422
    assert "in the case already" in response.content.decode()


def sent_form(case: Case | None, *files: SimpleUploadedFile, **fields: str) -> dict:
    return {"case": str(case.pk) if case else "", "source": "a family", "files": list(files), **fields}


def test_one_file_from_the_script_is_answered_with_its_receipt(
    case: Case, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    name = "نامه\u200cها\u202e\n.txt"
    sent = sent_form(
        case, SimpleUploadedFile("x.txt", LETTER), original_name=name, collected_at="late Mordad 1367"
    )
    told = client.post(reverse("evidence:upload"), sent, **JSON).json()
    item = EvidenceItem.objects.get()
    assert told == {
        "ok": True,
        "reference": item.reference,
        "href": f"/evidence/{item.pk}/",
        "delivery": {
            "reference": item.intake.reference,
            "href": f"/deliveries/{item.intake_id}/",
        },
        "again": False,
    }
    assert item.original_name == name
    sent = sent_form(case, SimpleUploadedFile("x.txt", LETTER), original_name="y")
    assert client.post(reverse("evidence:upload"), sent, **JSON).json()["again"] is True


def test_several_files_without_a_script_are_one_delivery(
    case: Case, paralegal: User, client_for: ClientFor
) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", content) for n, content in enumerate((b"one", b"", b"one"))]
    response = client_for(paralegal).post(reverse("evidence:upload"), sent_form(case, *files), follow=True)
    assert response.status_code == 200
    page = response.content.decode()
    assert "3 files were taken in." in page
    assert "1 file were already here" in page or "of 1 file" in page
    assert EvidenceItem.objects.values("intake").distinct().count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"collected_at": "a while ago"}, "date"),
        ({"source": ""}, "required"),
        ({"declared_sha256": "12"}, "SHA-256"),
        ({"case": str(uuid4())}, "choice"),
    ],
)
def test_a_form_that_cannot_be_used_keeps_what_was_typed_and_no_bytes(
    case: Case, paralegal: User, client_for: ClientFor, house: Path, fields: dict, sentence: str
) -> None:
    client = client_for(paralegal)
    sent = sent_form(case, SimpleUploadedFile("x", LETTER), title="What I typed") | fields
    response = client.post(reverse("evidence:upload"), sent)
    assert response.status_code == 422
    assert "What I typed" in response.content.decode()
    sent["files"] = [SimpleUploadedFile("x", LETTER)]
    told = client.post(reverse("evidence:upload"), sent, **JSON)
    assert told.status_code == 422
    assert sentence in told.json()["error"]
    assert stored_files(house) == []
    assert not EvidenceItem.objects.exists()


def test_a_wrong_announced_digest_is_said_and_no_bytes_stay(
    case: Case, paralegal: User, client_for: ClientFor, house: Path
) -> None:
    client = client_for(paralegal)
    for extra in ({}, JSON):
        sent = sent_form(case, SimpleUploadedFile("x", LETTER), declared_sha256="0" * 64)
        response = client.post(reverse("evidence:upload"), sent, **extra)
        assert response.status_code in (400, 422)
        assert "Nothing was kept" in response.content.decode()
    assert stored_files(house) == []


def test_no_file_at_all_is_said(case: Case, paralegal: User, client_for: ClientFor) -> None:
    response = client_for(paralegal).post(reverse("evidence:upload"), sent_form(case))
    assert response.status_code == 422
    assert "No file arrived" in response.content.decode()
