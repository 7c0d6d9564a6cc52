from django.db import migrations

from audit.guards import append_only
from audit.refusals import Refusal

OTHERS = (
    "SELECT 1 FROM witnesses_keyadmission a JOIN witnesses_custodiankey k ON k.id = a.key_id"
    " JOIN witnesses_custodiankey n ON n.id = NEW.key_id"
)
VOUCHED_FOR = Refusal(
    "vouched",
    "NEW.because = 'vouched' AND NOT EXISTS (SELECT 1 FROM witnesses_keyvouch v WHERE v.key_id = NEW.key_id)",
    "append-only: nobody vouched for this key",
)
PROVED = Refusal(
    "rotated",
    f"NEW.because = 'rotated' AND NOT EXISTS ({OTHERS} WHERE k.custodian_id = n.custodian_id)",
    "append-only: no key came before this one",
)
FOUNDED = Refusal(
    "founded",
    "NEW.because = 'founded' AND EXISTS (SELECT 1 FROM witnesses_sealedidentity)",
    "append-only: identities are sealed, so nobody is one of the first",
)
ALONE = Refusal(
    "alone",
    f"NEW.because = 'alone' AND EXISTS ({OTHERS} JOIN witnesses_custodian c ON c.id = k.custodian_id"
    " WHERE k.custodian_id <> n.custodian_id AND c.revoked_at IS NULL)",
    "append-only: custodians are left who could vouch for this key",
)
NO_LONGER = Refusal("before", "NEW.because = 'before'", "append-only: keys are let in by custodians")

_SQLITE_TIME = "strftime('%Y-%m-%d %H:%M:%f', 'now', '{} minutes')"
# The waiting time after a removal is counted from these rows: nobody writes them into the past or the future.
OF_NOW = Refusal(
    "of_now",
    "NEW.at NOT BETWEEN clock_timestamp() - interval '10 minutes' AND clock_timestamp() + interval '10 minutes'",
    "append-only: its time is not that of the clock",
    on_sqlite=f"NEW.at NOT BETWEEN {_SQLITE_TIME.format('-10')} AND {_SQLITE_TIME.format('+10')}",
)


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0020_signed_words"),
    ]

    operations = [
        migrations.RemoveField(model_name="openingrequest", name="public_key"),
        migrations.RemoveField(model_name="quorumsession", name="public_key"),
        *append_only("witnesses_verifyingkey", keys=[["id"], ["key_id"]]),
        *append_only("witnesses_custodianword", keys=[["id"]]),
        *append_only("witnesses_actkey", keys=[["id"], ["request_id"], ["session_id"]]),
        *append_only(
            "witnesses_keyadmission",
            keys=[["id"], ["key_id"]],
            refusals=[VOUCHED_FOR, PROVED, FOUNDED, ALONE, NO_LONGER, OF_NOW],
        ),
        *append_only("witnesses_custodianevent", keys=[["id"]], refusals=[OF_NOW]),
    ]
