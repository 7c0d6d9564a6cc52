"""The documents are kept true: what they name exists."""

import importlib
import re

import pytest

from tests.architecture.sources import APPS, ROOT

ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(rf"`((?:{'|'.join(APPS)})\.[a-zA-Z_.]+)`", ARCHITECTURE)))


@pytest.mark.parametrize("name", NAMED)
def test_the_architecture_names_what_exists(name):
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            assert hasattr(found, part), f"{'.'.join(parts[:cut])} has no {part}"
            found = getattr(found, part)
        return
    pytest.fail(f"{name} is no module")


@pytest.mark.parametrize(
    "document",
    sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]),
)
def test_a_link_leads_to_a_file_that_is_here(document):
    base = (ROOT / document).parent
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (base / link).exists()] == []


def test_every_target_of_the_readme_is_made_by_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`?make ([a-z]+)", readme)) <= targets
