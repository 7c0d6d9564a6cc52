"""One more reason why an exhibit stays behind: the danger to a witness."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0002_receivers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dossierwithheld",
            name="why",
            field=models.CharField(
                choices=[
                    ("none", "no consent is recorded"),
                    ("no", "the witness said no to “%(purpose)s”"),
                    ("withdrawn", "the consent to “%(purpose)s” was withdrawn"),
                    ("expired", "the consent to “%(purpose)s” has expired"),
                    ("not_named", "this prosecutor is not among those whom the witness named"),
                    ("conditions", "the consent to “%(purpose)s” has conditions; state that they are met"),
                    (
                        "conditions_erased",
                        "the consent to “%(purpose)s” has conditions that nobody can read any more",
                    ),
                    (
                        "at_risk",
                        "its going out could bring somebody into danger; a lawyer of the case has stopped it",
                    ),
                    ("unstated", "it is not recorded to whom the dossier goes and what for"),
                ],
                max_length=20,
            ),
        ),
    ]
