"""To whom a dossier goes and what for, and what it leaves out. Of older dossiers neither is recorded."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
        ("evidence", "0013_online_captures"),
        ("witnesses", "0005_consent"),
    ]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="conditions_met",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="leave_out",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dossier",
            name="recipient_country",
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name="dossier",
            name="recipient_kind",
            field=models.CharField(
                choices=[
                    ("unstated", "Not recorded"),
                    ("prosecutor", "A national prosecutor, by name"),
                    ("uj_authority", "Another authority under universal jurisdiction"),
                    ("icc_or_un", "The International Criminal Court or a body of the United Nations"),
                    ("court", "A court and its parties"),
                    ("internal", "Nobody outside: a working copy for us"),
                    ("public", "The public"),
                ],
                default="unstated",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="recipient_name",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dossier",
            name="recipient_use",
            field=models.CharField(
                choices=[
                    ("unstated", "Not recorded"),
                    ("investigation", "An investigation or a prosecution"),
                    ("hearing", "Evidence in a hearing"),
                    ("analysis", "Work inside this organisation"),
                    ("archive", "An archive, once the case is over"),
                    ("publication", "Publication"),
                ],
                default="unstated",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="DossierWithheld",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("none", "no consent is recorded"),
                            ("no", "the witness said no to “%(purpose)s”"),
                            ("withdrawn", "the consent to “%(purpose)s” was withdrawn"),
                            ("expired", "the consent to “%(purpose)s” has expired"),
                            ("not_named", "this prosecutor is not among those whom the witness named"),
                            (
                                "conditions",
                                "the consent to “%(purpose)s” has conditions; state that they are met",
                            ),
                            (
                                "conditions_erased",
                                "the consent to “%(purpose)s” has conditions that nobody can read any more",
                            ),
                            ("unstated", "it is not recorded to whom the dossier goes and what for"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("store", "Keep it here"),
                            ("analyse", "Work with it inside this organisation"),
                            ("share_with_named_prosecutors", "Give it to the prosecutors named below"),
                            (
                                "share_with_any_uj_authority",
                                "Give it to any authority that investigates such crimes under universal jurisdiction",
                            ),
                            (
                                "share_with_icc_or_un",
                                "Give it to the International Criminal Court or a body of the United Nations",
                            ),
                            (
                                "court_disclosure_of_identity",
                                "Disclose who the witness is to a court and its parties",
                            ),
                            ("testify", "Testify in person"),
                            ("contact_again", "Be contacted again"),
                            (
                                "publish_anonymised",
                                "Publish it without anything that tells who the witness is",
                            ),
                            ("publish_named", "Publish it with the witness’s name"),
                            ("archive_after_case", "Keep it in an archive when the case is over"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withheld",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="witnesses.witness"
                    ),
                ),
            ],
            options={
                "ordering": ["dossier", "item_id", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dossier", "item", "witness"), name="withheld_once_per_dossier"
                    )
                ],
            },
        ),
    ]
