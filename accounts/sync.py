"""Keeps the groups in step with `accounts.roles`, after every migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions

from accounts.roles import ROLE_PERMISSIONS


def sync_roles(sender: AppConfig, **_kwargs: Any) -> None:
    """Make one group a role and give it exactly that role's permissions.

    `accounts` is not the last app whose tables are made, so the other apps' permissions are made here first, as
    Django itself would a moment later.
    """
    for app_config in apps.get_app_configs():
        create_permissions(app_config, verbosity=0)
    groups = apps.get_model("auth", "Group").objects
    permissions = list(apps.get_model("auth", "Permission").objects.select_related("content_type"))
    for role, wanted in ROLE_PERMISSIONS.items():
        group, _created = groups.get_or_create(name=role.value)
        group.permissions.set(
            [one for one in permissions if f"{one.content_type.app_label}.{one.codename}" in wanted]
        )
