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
BY_ANOTHER = Refusal(
    "by_another",
    "EXISTS (SELECT 1 FROM witnesses_custodiankey k WHERE k.id = NEW.key_id AND k.custodian_id = NEW.custodian_id)"
    " OR NOT EXISTS (SELECT 1 FROM witnesses_keyadmission a JOIN witnesses_custodiankey k ON k.id = a.key_id"
    " WHERE k.custodian_id = NEW.custodian_id)",
    "append-only: only another custodian vouches for a key",
)


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0018_let_in"),
    ]

    operations = [
        *append_only(
            "witnesses_keyadmission",
            keys=[["id"], ["key_id"]],
            refusals=[VOUCHED_FOR, PROVED, FOUNDED, ALONE, NO_LONGER],
        ),
        *append_only("witnesses_keyvouch", keys=[["id"], ["key_id", "custodian_id"]], refusals=[BY_ANOTHER]),
        # Its table was made anew on SQLite, which takes its guards away.
        *append_only("witnesses_witnessalarm", keys=[["id"]]),
        *append_only("witnesses_custodianevent", keys=[["id"]]),
    ]
