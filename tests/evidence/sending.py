"""A program that speaks tus 1.0.0 with the site, for tests."""

import base64
import hashlib
from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Case
from evidence.models import Upload

TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
PART = "application/offset+octet-stream"
LETTER = "نامه‌ای از اوین، مرداد ۱۳۶۷\n".encode() * 40


class Sender:
    """A program that speaks the protocol."""

    def __init__(self, client: Client, case: Case | None = None) -> None:
        self.client = client
        self.case = case

    def begin(self, length: int | str = len(LETTER), body: bytes = b"", **given: Any) -> Any:
        metadata = {"filename": "letter.txt", "source": "a family"} | given.pop("metadata", {})
        if self.case is not None:
            metadata.setdefault("case", str(self.case.pk))
        return self.client.post(
            reverse("evidence:uploads"),
            body,
            content_type=PART,
            headers=TUS | {"Upload-Length": str(length), "Upload-Metadata": encoded(metadata)} | given,
        )

    def begun(self, *arguments: Any, **given: Any) -> str:
        answer = self.begin(*arguments, **given)
        assert answer.status_code == 201, answer.content
        return answer["Location"]

    def patch(self, where: str, offset: int | str, body: bytes, **given: Any) -> Any:
        content_type = given.pop("content_type", PART)
        headers = TUS | {"Upload-Offset": str(offset)} | given
        return self.client.patch(where, body, content_type=content_type, headers=headers)

    def head(self, where: str) -> Any:
        return self.client.head(where, headers=TUS)

    def told(self, where: str) -> dict[str, Any]:
        return self.client.get(where, headers={"Accept": "application/json"}).json()

    def delete(self, where: str) -> Any:
        return self.client.delete(where, headers=TUS)


def encoded(metadata: dict[str, str]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


def repr_digest(content: bytes) -> dict[str, str]:
    return {"Repr-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"}


def checksum(content: bytes, algorithm: str = "sha1") -> dict[str, str]:
    value = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {value}"}


def the_upload(where: str) -> Upload:
    return Upload.objects.get(pk=where.strip("/").split("/")[-1])
