import re

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings


def test_production_names_every_file_by_its_content_imports_included(tmp_path):
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", "--noinput", verbosity=0)
        page = (tmp_path / staticfiles_storage.stored_name("js/page.js")).read_text()
    imports = re.findall(r'from\s*"(\./[^"]+)"|import\s*"(\./[^"]+)"', page)
    assert imports
    for pair in imports:
        name = (pair[0] or pair[1]).removeprefix("./")
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (tmp_path / "js" / name).is_file()
