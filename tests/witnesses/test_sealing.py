import hashlib
import hmac
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesses.errors import SealBroken
from witnesses.sealing import (
    VERSION,
    Sealed,
    _bound,
    new_data_key,
    new_key_pair,
    open_identity_seal,
    open_share,
    public_key_of,
    seal_identity,
    seal_share,
)
from witnesses.sharing import Share

VECTOR = json.loads((Path(__file__).parent.parent / "vectors" / "hpke_mlkem768_x25519.json").read_text())[
    "vector"
]
BINDING = {"sealed_identity": "a", "version": 1}
SHARE = Share(2, b"s" * 32)


def hkdf_labelled(prk, label, info, length, suite):
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(prk, block + labelled + bytes([counter]), "sha256")
        output, counter = output + block, counter + 1
    return output[:length]


def key_schedule(shared_secret, info, aead_id):
    """RFC 9180 section 5.1, mode base, HKDF-SHA256, written out here so that nothing of the library is trusted."""
    suite = b"HPKE" + (0x647A).to_bytes(2, "big") + (1).to_bytes(2, "big") + aead_id.to_bytes(2, "big")

    def extract(salt, label, ikm):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared_secret, b"secret", b"")
    return (
        hkdf_labelled(secret, b"key", context, 32, suite),
        hkdf_labelled(secret, b"base_nonce", context, 12, suite),
    )


def test_the_key_format_is_that_of_the_published_vector():
    assert public_key_of(bytes.fromhex(VECTOR["skRm"])) == VERSION + bytes.fromhex(VECTOR["pkRm"])


def test_a_share_sealed_by_the_published_encapsulation_opens():
    secret = bytes.fromhex(VECTOR["shared_secret"])
    key, nonce = key_schedule(secret, bytes.fromhex(VECTOR["info"]), 3)
    assert (key.hex(), nonce.hex()) == (VECTOR["key"], VECTOR["base_nonce"])
    published = VECTOR["encryption"]
    plain = ChaCha20Poly1305(key).decrypt(
        nonce, bytes.fromhex(published["ct"]), bytes.fromhex(published["aad"])
    )
    assert plain.hex() == published["pt"]

    info = _bound("key-share", {**BINDING, "index": SHARE.index})
    key, nonce = key_schedule(secret, info, 2)
    sealed = VERSION + bytes.fromhex(VECTOR["enc"]) + AESGCM(key).encrypt(nonce, SHARE.value, b"")
    opened = open_share(sealed, index=2, seed=bytes.fromhex(VECTOR["skRm"]), binding=BINDING)
    assert opened.value == SHARE.value


def test_the_private_key_is_the_seed_of_the_standard():
    expanded = hashlib.shake_256(bytes.fromhex(VECTOR["skRm"])).digest(96)
    assert len(expanded) == 96
    assert len(new_key_pair().seed) == 32


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=3000))
def test_what_is_sealed_opens_and_its_length_is_hidden(content):
    key = new_data_key()
    sealed = seal_identity(content, key=key, binding=BINDING)
    assert open_identity_seal(sealed, key=key, binding=BINDING) == content
    assert (len(sealed.ciphertext) - 17) % 1024 == 0
    assert sealed.ciphertext[:1] == VERSION


def test_an_identity_opens_under_nothing_but_its_own_key_binding_and_bytes():
    key = new_data_key()
    sealed = seal_identity(b"somebody", key=key, binding=BINDING)
    bent = bytearray(sealed.ciphertext)
    bent[40] ^= 1
    for candidate, used, binding in (
        (sealed, new_data_key(), BINDING),
        (sealed, key, {**BINDING, "version": 2}),
        (sealed, key, {**BINDING, "sealed_identity": "b"}),
        (Sealed(sealed.nonce, bytes(bent)), key, BINDING),
        (Sealed(bytes(12), sealed.ciphertext), key, BINDING),
        (Sealed(sealed.nonce, b"\x02" + sealed.ciphertext[1:]), key, BINDING),
        (Sealed(sealed.nonce, b""), key, BINDING),
    ):
        with pytest.raises(SealBroken):
            open_identity_seal(candidate, key=used, binding=binding)


def test_a_share_opens_for_nobody_else_and_as_nothing_else():
    pair, stranger = new_key_pair(), new_key_pair()
    sealed = seal_share(SHARE, public_key=pair.public, binding=BINDING)
    assert open_share(sealed, index=2, seed=pair.seed, binding=BINDING) == SHARE
    bent = bytearray(sealed)
    bent[-20] ^= 1
    for candidate, index, seed, binding in (
        (sealed, 1, pair.seed, BINDING),
        (sealed, 2, stranger.seed, BINDING),
        (sealed, 2, pair.seed, {**BINDING, "version": 2}),
        (bytes(bent), 2, pair.seed, BINDING),
        (sealed[:50], 2, pair.seed, BINDING),
        (b"", 2, pair.seed, BINDING),
        (sealed, 2, b"short", BINDING),
    ):
        with pytest.raises(SealBroken):
            open_share(candidate, index=index, seed=seed, binding=binding)


@pytest.mark.parametrize("public_key", [b"", b"\x01", b"\x01" + b"\xff" * 1216, b"\x02" + b"\x00" * 1216])
def test_a_damaged_public_key_is_refused(public_key):
    with pytest.raises(SealBroken):
        seal_share(SHARE, public_key=public_key, binding=BINDING)


def test_nonces_and_keys_do_not_repeat():
    key = new_data_key()
    sealed = [seal_identity(b"x", key=key, binding=BINDING) for _ in range(200)]
    assert len({s.nonce for s in sealed}) == 200
    assert len({new_data_key() for _ in range(200)}) == 200


def test_keys_do_not_print():
    pair = new_key_pair()
    assert pair.seed.hex() not in repr(pair) + repr(pair.seed) + str(pair.seed)
    assert repr(new_data_key()) == "<sealed>"
