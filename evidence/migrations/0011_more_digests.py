"""Further digests of stored objects, written once."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.db import migrations, models

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0010_acquisition_and_things"),
    ]

    operations = [
        migrations.CreateModel(
            name="ObjectDigest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "algorithm",
                    models.CharField(
                        choices=[("sha512", "SHA-512"), ("sha3-256", "SHA3-256")], max_length=16
                    ),
                ),
                ("value", models.BinaryField(max_length=64)),
                ("computed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("verified_with", models.CharField(default="sha256", max_length=16)),
                (
                    "object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="digests",
                        to="evidence.storedobject",
                    ),
                ),
            ],
            options={
                "ordering": ["algorithm"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object", "algorithm"), name="digest_once_by_an_algorithm"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("algorithm", "sha512"),
                                django.db.models.lookups.Exact(
                                    django.db.models.functions.text.Length("value"), 64
                                ),
                            ),
                            models.Q(
                                ("algorithm", "sha3-256"),
                                django.db.models.lookups.Exact(
                                    django.db.models.functions.text.Length("value"), 32
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="digest_of_its_algorithms_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verified_with", "sha256")), name="digest_verified_with_known"
                    ),
                ],
            },
        ),
        *append_only("evidence_objectdigest", keys=[["id"], ["object_id", "algorithm"]]),
    ]
