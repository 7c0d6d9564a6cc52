"""Writes the payload of a dossier: originals, certificates, index, lists, and the letter to the prosecutor."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from string import Template

from django.conf import settings
from django.utils.translation import gettext as _

from audit.paper.plain_text import as_text
from audit.paper.press import Press
from dossiers.bag import Bag
from dossiers.certificates import certificate_record, certificate_sheet
from dossiers.errors import DossierBusy, DossierError, ExhibitBroken
from dossiers.exhibits import Exhibit, exhibits_of, gone_meanwhile
from dossiers.index import Contents, add_links, exhibit_record, gather, index_record, index_sheet
from dossiers.models import Dossier
from dossiers.records import as_json
from dossiers.requests import beat
from evidence.custody_record import moment
from evidence.errors import ObjectAltered, ObjectMissing
from evidence.models import StoredObject
from evidence.store import vault
from evidence.vault.objects import Vault

_LETTER = Path(__file__).with_name("letter") / "README.txt"
_VERIFIER = Path(__file__).with_name("verifier") / "verify.py"
_CHUNK = 1 << 20


def write_payload(dossier: Dossier, bag: Bag, press: Press) -> Contents:
    """Write everything below `data/`. Raises ExhibitBroken, naming the exhibit, for bytes that are not the original."""
    contents = gather(dossier)
    store = vault()
    for position, exhibit in enumerate(exhibits_of(dossier.case, of=dossier), start=1):
        _write_original(dossier, bag, store, exhibit)
        certificate = certificate_record(dossier, exhibit)
        sheet = certificate_sheet(dossier, certificate)
        bag.add(exhibit.certificate_path("json"), [as_json(certificate)])
        bag.add(exhibit.certificate_path("pdf"), [press.pdf(sheet, at=compiled_at(dossier))])
        bag.add(exhibit.certificate_path("txt"), [as_text(sheet)])
        contents.exhibits.append(exhibit_record(exhibit, certificate, position=position))
    add_links(contents, dossier)
    _write_lists(dossier, bag, contents)
    cover = index_sheet(dossier, contents)
    bag.add("data/index.pdf", [press.pdf(cover, at=compiled_at(dossier))])
    bag.add("data/index.txt", [as_text(cover)])
    return contents


def write_tags(dossier: Dossier, bag: Bag) -> None:
    """Write the manifests, `bag-info.txt` and the verifier: all that the compile entry will bind."""
    bag.add_manifests()
    bag.add_tag("bag-info.txt", _bag_info(dossier, bag))
    bag.add_tag("verify.py", _VERIFIER.read_bytes())


def compiled_at(dossier: Dossier) -> datetime:
    """The one time that every document of the dossier bears."""
    if dossier.compiled_at is None:
        raise ValueError("a dossier is packaged only once it was begun")
    return dossier.compiled_at


def _write_original(dossier: Dossier, bag: Bag, store: Vault, exhibit: Exhibit) -> None:
    """The gate: what goes out was read again from the vault, and is what was received."""
    if not exhibit.item.has_bytes:
        # A thing stays on its shelf; the dossier lists it and carries its certificate.
        return
    # The row as it is now: hours may have passed since the exhibits were looked up.
    stored = exhibit.item.stored
    stored.refresh_from_db()
    try:
        facts = bag.add(exhibit.original_path, _chunks(dossier, store, stored.name))
    except (ObjectMissing, ObjectAltered) as error:
        raise _gone(exhibit) from error
    if facts.sha256 != stored.sha256.hex or facts.size != stored.size:
        raise _broken(exhibit)


def _chunks(dossier: Dossier, store: Vault, name: str) -> Iterator[bytes]:
    with store.open(name) as source:
        while chunk := source.read(_CHUNK):
            beat(dossier)
            yield chunk


def _gone(exhibit: Exhibit) -> DossierError:
    """What to say of an original that is not where it was: it may have been disposed of, or have got another key."""
    before = exhibit.item.stored
    now = StoredObject.objects.get(pk=before.pk)
    if now.is_going:
        return gone_meanwhile()
    if now.name != before.name:
        return DossierBusy(
            _("The vault's key was changed while this dossier was compiled. Ask for a new one.")
        )
    return _broken(exhibit)


def _broken(exhibit: Exhibit) -> ExhibitBroken:
    return ExhibitBroken(
        _(
            "The stored original of exhibit %(exhibit)s (%(item)s) is missing or is not what was received, so nothing "
            "was handed over. Run `manage.py verify_evidence %(item)s`, restore the object from a backup, "
            "and compile again."
        )
        % {"exhibit": exhibit.name, "item": exhibit.item.reference}
    )


def _write_lists(dossier: Dossier, bag: Bag, contents: Contents) -> None:
    bag.add("data/index.json", [as_json(index_record(dossier, contents))])
    bag.add("data/links.json", [as_json(contents.links)])
    bag.add("data/persons.json", [as_json(contents.persons)])
    bag.add("data/witnesses.json", [as_json(contents.witnesses)])
    # In the order of the index, with paths from here, so that `sha256sum -c hashes.sha256` runs in this folder.
    lines = (
        f"{e['sha256']}  {e['original'].removeprefix('data/')}\n" for e in contents.exhibits if e["original"]
    )
    bag.add("data/hashes.sha256", ["".join(lines).encode("ascii")])
    bag.add("data/README.txt", [_letter(dossier, contents)])


def _letter(dossier: Dossier, contents: Contents) -> bytes:
    words = {
        "organisation": settings.DADKHAH_ORGANISATION,
        "log": settings.DADKHAH_LOG_ORIGIN,
        "name": dossier.name,
        "case": dossier.case.reference,
        "count": str(len(contents.exhibits)),
        "compiled": moment(dossier.compiled_at),
        "purpose": dossier.purpose,
    }
    return Template(_LETTER.read_text(encoding="utf-8")).substitute(words).encode("utf-8")


def _bag_info(dossier: Dossier, bag: Bag) -> bytes:
    """RFC 8493 section 2.2.2. Single lines: a line break in a value would start another tag."""
    tags = {
        "Source-Organization": " ".join(settings.DADKHAH_ORGANISATION.split()),
        "External-Identifier": dossier.name,
        "Internal-Sender-Identifier": str(dossier.pk),
        "Internal-Sender-Description": " ".join(dossier.purpose.split()),
        "Bagging-Date": compiled_at(dossier).date().isoformat(),
        "Payload-Oxum": bag.oxum(),
        "Bag-Software-Agent": "Dadkhah",
    }
    return "".join(f"{name}: {value}\n" for name, value in tags.items()).encode("utf-8")
