"""The letter to a stranger that lies in an export of the log."""

LETTER = """\
A COPY OF AN AUDIT LOG

This folder holds every entry of the audit log of an installation of Dadkhah, a program that keeps legal evidence.
With it you can check, without us and without Dadkhah, that nothing in the log was changed, removed, inserted or
reordered since it was signed.

TO CHECK IT

    python3 verify_log.py

It needs Python 3.8 or newer and nothing else. It ends with VERIFIED or NOT VERIFIED and names what is wrong.
Compare the fingerprint that it prints with the one that the organisation gave you by another way. If you were given
a checkpoint before (it lies in every dossier as log/checkpoint), compare it too: that shows that the log was not
made anew since.

    python3 verify_log.py --key FINGERPRINT --against CHECKPOINT

WHAT LIES HERE

entries.bin     the entries in order. Each is its length in bytes (two bytes, the larger first) and then that many
                bytes of JSON: who did what to what, when. Personal data is not in it, only digests.
tiles/0         SHA-256 of a zero byte and the entry (RFC 6962), 32 bytes for each entry
tiles/1 ...     32 bytes for each 256 hashes of the file before: the hash of the tree over them
checkpoints/    what the log signed, named by how many entries it had then: its name, that number, the root of the
                tree over them (RFC 6962) in base64, and signatures (C2SP signed-note, C2SP tlog-checkpoint)
keys            the public keys of the log, one a line
rotations/      where there is one: notes in which a key of the log named its successor
stamps/         where there is one: time-stamps (RFC 3161) over the checkpoint whose size the name begins with. With
                the certificate of the authority in ca.pem:
                openssl ts -verify -queryfile FILE.tsq -in FILE.tsr -CAfile ca.pem
SHA256SUMS      the digest of every other file; sha256sum -c SHA256SUMS checks them
verify_log.py   the program that checks all of this
"""
