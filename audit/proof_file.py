"""One entry with its proof and the signed checkpoint in one file, and the commands that check it without us.

The commands need python3 and openssl, and nothing of ours. They are shown on pages and stand in reports, so they are
kept here, where a test runs them in a shell.
"""

import uuid

from django.utils.translation import gettext as _

from audit.canonical import canonical_json
from audit.checkpoints import prove
from audit.errors import EntryBroken
from audit.keys import load_verifiers
from audit.merkle import leaf_hash, verify_inclusion
from audit.models import Checkpoint
from audit.standing import signature_fits

FORMAT = "dadkhah/log-proof/v1"

# RFC 9162 section 2.1.3.2 over the file, in a dozen lines that a stranger can read.
CHECK_TREE = """\
python3 - proof.json <<'END'
import base64, hashlib, json, sys
proof = json.load(open(sys.argv[1], encoding="utf-8"))
sha256 = lambda data: hashlib.sha256(data).digest()
origin, size, root = proof["checkpoint"].split("\\n")[:3]
at, last = proof["index"], int(size) - 1
node = sha256(b"\\0" + proof["body"].encode())
for step in map(bytes.fromhex, proof["path"]):
    if at & 1 or at == last:
        node = sha256(b"\\1" + step + node)
        while not at & 1 and at:
            at, last = at >> 1, last >> 1
    else:
        node = sha256(b"\\1" + node + step)
    at, last = at >> 1, last >> 1
good = last == 0 and node == base64.b64decode(root)
print("IN THE TREE" if good else "NOT IN THE TREE")
sys.exit(not good)
END
"""
CHECK_SIGNATURE = """\
python3 - proof.json <<'END'
import base64, json, sys
proof = json.load(open(sys.argv[1], encoding="utf-8"))
text, lines = proof["checkpoint"].split("\\n\\n")
keys = [base64.b64decode(line.split("+", 2)[2]) for line in proof["public_keys"]]
hashes = [bytes.fromhex(line.split("+", 2)[1]) for line in proof["public_keys"]]
signed = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines()]
key, line = next((k, s) for k, h in zip(keys, hashes) for s in signed if s[:4] == h and k[:1] == b"\\1")
open("checkpoint.txt", "w", newline="").write(text + "\\n")
open("checkpoint.sig", "wb").write(line[4:])
open("log-key.der", "wb").write(bytes.fromhex("302a300506032b6570032100") + key[1:])
END
openssl pkeyutl -verify -pubin -keyform DER -inkey log-key.der -rawin -in checkpoint.txt -sigfile checkpoint.sig
"""
# The last 32 bytes of the file that CHECK_SIGNATURE wrote are the key: what verify.py prints in groups of four.
CHECK_KEY = "tail -c 32 log-key.der | sha256sum\n"


def proof_file(entry_id: uuid.UUID, checkpoint: Checkpoint) -> bytes:
    """Return the entry's exact content, place, path, the signed note and our public keys as JSON.

    Raises NotInTree where the checkpoint does not cover the entry, EntryBroken where what is stored no longer leads to
    the signed root, LogKeyMissing without the public key.
    """
    try:
        [proven] = prove([entry_id], checkpoint)
        body = proven.body.decode()
    except (LookupError, UnicodeDecodeError) as error:
        raise _broken() from error
    root = bytes(checkpoint.root)
    leads = verify_inclusion(proven.index, checkpoint.size, leaf_hash(proven.body), proven.proof, root)
    if not leads or signature_fits(checkpoint) is False:
        raise _broken()
    return canonical_json(
        {
            "body": body,
            "checkpoint": checkpoint.note,
            "format": FORMAT,
            "index": proven.index,
            "leaf_hash": leaf_hash(proven.body).hex(),
            "path": [step.hex() for step in proven.proof],
            "public_keys": [key.line for key in load_verifiers()],
        }
    )


def _broken() -> EntryBroken:
    return EntryBroken(
        _(
            "What is stored of this entry does not lead to what was signed. Nothing was handed out. Verify the log now."
        )
    )
