"""The letter to a stranger that lies in an export of the log."""

_SIGNED = """\
The log was signed for this copy, to its last entry. Anything that is not signed to its end is not this copy, and there
is no reason to use --unsigned-tail here. One that was cut back is named, with one exception: what was cut back to where
an earlier copy ended is that earlier copy, and looks whole (and if that one was made by an earlier version of this
program, so does what ends one or two signings later). So look at the time of the last entry that is printed, and
compare a checkpoint that you got later.
"""

_UNSIGNED = """\
THIS COPY WAS MADE WITHOUT SIGNING THE LOG FIRST, because the log is broken or its key is gone. Entries after the last
checkpoint are signed by nobody, and anybody could have written them. With

    python3 -I -S verify_log.py --unsigned-tail

the program ends with VERIFIED UP TO n (exit 3): the first n entries are signed, nothing can be said of the rest.
"""

_LETTER = """\
A COPY OF AN AUDIT LOG

This folder holds every entry of the audit log of an installation of Dadkhah, a program that keeps legal evidence.
With it you can check, without us and without Dadkhah, that nothing in the log was changed, removed, inserted or
reordered since it was signed.

TO CHECK IT

    python3 -I -S verify_log.py

It needs Python 3.8 or newer and nothing else. It ends with VERIFIED (exit 0) or NOT VERIFIED (exit 1) and names what
is wrong. Exit 2 is for what you give it to compare, see below; it is also that of a command line which it does not
understand, and then nothing was checked and its standard output is empty.

%(signed)s
Compare the fingerprint that it prints with the one that the organisation gave you by another way. If you were given
a checkpoint before (it lies in every dossier as log/checkpoint), compare it too: that shows that the log was not
made anew since.

    python3 -I -S verify_log.py --key FINGERPRINT --against CHECKPOINT

The key can also be given as a file: log_signing.pub, the key that was published with the log, or the public-key of a
dossier. The log signs with ML-DSA-44 too; those signatures verify_log.py names and cannot check.

It says of each checkpoint up to which entry it agrees with this copy. Where what you gave cannot be compared, because
it cannot be read, is of another log or newer than this copy, that is no fault of the copy: the copy is checked by
itself, and the program says why and what to do, and ends with

    VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN (exit 2)

A checkpoint that this log's key signed and that does not fit is a fault (exit 1); so is it where the copy holds none of
the keys that you gave, or lacks some of them and holds another instead.

IF THE KEY WAS CHANGED SINCE

A copy of today is checked with any key that the log ever had: each key names the one after it. A copy that was made
before a change of keys cannot hold the key of today. Given log_signing.pub of today it ends with exit 2 and says which
of its lines to give alone; do so only if you know from elsewhere that the copy was made before the change, for whoever
has an old key could have made it:

    python3 -I -S verify_log.py --key 'LINE'

A checkpoint that is newer than the copy cannot be compared with it: ask for a newer copy, or give an older checkpoint.
If you know that this copy was made after that checkpoint, its end was cut.

WHAT LIES HERE

entries.bin     the entries in order. Each is its length in bytes (two bytes, the larger first) and then that many
                bytes of JSON: who did what to what, when. Personal data is not in it, only digests.
tiles/0         SHA-256 of a zero byte and the entry (RFC 6962), 32 bytes for each entry
tiles/1 ...     32 bytes for each 256 hashes of the file before: the hash of the tree over them
checkpoints/    what the log signed, named by how many entries it had then: its name, that number, the root of the
                tree over them (RFC 6962) in base64, and signatures (C2SP signed-note, C2SP tlog-checkpoint)
keys            the public keys of the log, one a line
rotations/      where there is one: notes in which a key of the log named its successor
stamps/         where there is one: time-stamps (RFC 3161) over the checkpoint whose size the name begins with. What
                was stamped is its first three lines; the .pem are the authority's certificates, where we have them:
                head -n 3 checkpoints/SIZE > stamped
                openssl ts -verify -data stamped -in stamps/SIZE-NN.tsr -CAfile stamps/SIZE-NN.pem
SHA256SUMS      the digest of every other file; sha256sum -c SHA256SUMS checks them
verify_log.py   the program that checks all of this

WHAT NO SIGNATURE BINDS

The log's signatures bind the entries, their order and their number, and the key that follows a key. The entries tell
of the checkpoints, signatures, changes of keys and stamps, so verify_log.py names one that was taken away or put in.
Nothing binds this letter, verify_log.py, SHA256SUMS, the names of the files, or what a signature of ML-DSA-44 or of a
witness says, which verify_log.py cannot check. The certificates of the authorities are ours to hand out, so take them
from the authority itself where it matters. Whoever passes the copy on could exchange these. SHA256SUMS shows damage
and not intent.
"""


def letter(*, signed: bool) -> str:
    """Return the letter; `signed` says whether the log was signed for this copy."""
    return _LETTER % {"signed": _SIGNED if signed else _UNSIGNED}
