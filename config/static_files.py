"""Static files in production: named by their content, so that a browser never mixes two versions."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also renames the modules that our scripts import."""

    support_js_module_import_aggregation = True
