"""The custody event of an exhibit in a dossier is its packing; that it was handed out is another event."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0007_texts_dropped"),
        ("evidence", "0026_packed_and_disclosed"),
    ]

    operations = [
        migrations.RenameField(model_name="dossierexhibit", old_name="disclosure", new_name="packing"),
    ]
