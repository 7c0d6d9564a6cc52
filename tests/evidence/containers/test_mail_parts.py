"""Parts of a message are cut out of its own bytes: a message inside a message is those bytes and no others."""

import base64
import email
import email.policy
import io
from dataclasses import dataclass, field
from email.message import Message

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evidence.containers.mail_parts import Part, part_at
from evidence.containers.reading import kind_of, members_of
from evidence.containers.words import ContainerKind

BREAKS = st.sampled_from([b"\n", b"\r\n"])
TOP = b"From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n"


@dataclass
class Tree:
    """A message as somebody might have sent it: a leaf with bytes, or parts between delimiters."""

    ends: bytes
    content: bytes = b""
    children: list["Tree"] = field(default_factory=list)

    def written(self, level: int = 0) -> bytes:
        if not self.children:
            lines = [
                b"Content-Type: application/octet-stream",
                b"Content-Disposition: attachment; filename=a",
            ]
            return self.ends.join([*lines, b"", b""]) + self.content
        edge = b"=_edge_%d_" % level
        made = b"Content-Type: multipart/mixed; boundary=" + b'"' + edge + b'"' + self.ends * 2 + b"preamble"
        for child in self.children:
            made += self.ends + b"--" + edge + self.ends + child.written(level + 1)
        return made + self.ends + b"--" + edge + b"--" + self.ends + b"epilogue" + self.ends


def leaves(ends: bytes) -> st.SearchStrategy[Tree]:
    return st.binary(max_size=60).map(lambda content: Tree(ends, content))


TREES = BREAKS.flatmap(
    lambda ends: st.recursive(
        leaves(ends),
        lambda inner: st.lists(inner, min_size=1, max_size=4).map(lambda some: Tree(ends, children=some)),
        max_leaves=12,
    )
)


def around(inner: bytes, ends: bytes, *, kind: bytes = b"message/rfc822", packed: bytes = b"") -> bytes:
    made = TOP.replace(b"\n", ends) + b"Content-Type: multipart/mixed; boundary=q" + ends * 2
    made += b"--q" + ends + b"Content-Type: text/plain" + ends * 2 + b"see below"
    made += ends + b"--q" + ends + b"Content-Type: " + kind + ends + packed + ends + inner
    return made + ends + b"--q--" + ends


def taken_out(made: bytes) -> list[tuple[str, bytes]]:
    file = io.BytesIO(made)
    assert kind_of(file) is ContainerKind.MAIL
    found = []
    for member in members_of(file, ContainerKind.MAIL, name="x.eml"):
        assert member.opened is not None
        content = member.opened().read()
        assert member.size == len(content)
        found.append((member.name, content))
    return found


@given(st.binary(max_size=400), BREAKS)
def test_whatever_a_message_holds_as_a_message_comes_out_byte_for_byte(inner: bytes, ends: bytes) -> None:
    # Half of a line break before another half would be read as one, by everybody.
    assume(not (ends == b"\n" and inner.endswith(b"\r")) and b"--q" not in inner)
    assert taken_out(around(inner, ends)) == [("part 1.eml", inner)]


@pytest.mark.parametrize(
    "inner",
    [
        b"Subject:  two spaces and a tab\t\r\nFrom: x@y\n\r\nmixed\nline\r\nbreaks\r",
        b"Subject: " + "بدون رمز".encode() + b"\n\nbody without an end",
        b"X-Long: " + b"word " * 400 + b"\n folded\n\tby hand\n\n.\n",
        b"From someone Thu Jul 28 01:02:04 1988\nFrom: a@b\n\n>From the mountain\n",
        b"no header at all",
        b"",
        b"\n\n",
        b"Content-Type: multipart/signed; boundary=z\n\n--z\nContent-Type: text/plain\n\nsigned \n--z--\n",
    ],
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_a_message_in_a_message_keeps_what_a_signature_would_miss(inner: bytes, ends: bytes) -> None:
    if not (ends == b"\n" and inner.endswith(b"\r")):
        assert taken_out(around(inner, ends)) == [("part 1.eml", inner)]


def test_a_message_that_was_packed_for_the_post_is_unpacked() -> None:
    inner = b"From: a@b\r\nTo: c@d\r\n\r\n\xff\xfe body\r\n"
    made = around(base64.encodebytes(inner), b"\n", packed=b"Content-Transfer-Encoding: base64 \n")
    assert taken_out(made) == [("part 1.eml", inner)]


def test_in_a_digest_a_part_is_a_message_unless_it_says_otherwise() -> None:
    inner = b"Subject: one\n\nbody"
    made = TOP + b"Content-Type: multipart/digest; boundary=q\n\n--q\n\n" + inner + b"\n--q--\n"
    assert taken_out(made) == [("part 1.eml", inner)]


def test_what_was_cut_off_is_given_as_far_as_it_goes() -> None:
    inner = b"Subject: one\r\n\r\nhalf a bod"
    made = around(inner, b"\r\n").removesuffix(b"\r\n--q--\r\n")
    assert taken_out(made) == [("part 1.eml", inner)]


@given(TREES)
def test_parts_begin_and_end_where_others_find_them_too(tree: Tree) -> None:
    made = TOP.replace(b"\n", tree.ends) + tree.written()
    assume(not any(b"=_edge_" in one for one in contents(tree)))
    assume(not (tree.ends == b"\n" and any(one.endswith(b"\r") for one in contents(tree))))
    theirs = [leaf.get_payload(decode=True) for leaf in walked(made) if not leaf.is_multipart()]
    ours = [leaf.content() for leaf in ends_of(part_at(made, 0, len(made)))]
    assert ours == theirs == contents(tree)


def contents(tree: Tree) -> list[bytes]:
    return [one for child in tree.children for one in contents(child)] if tree.children else [tree.content]


def walked(made: bytes) -> list[Message]:
    return list(email.message_from_bytes(made, policy=email.policy.compat32).walk())


def ends_of(part: Part) -> list[Part]:
    return [one for child in part.inside() for one in ends_of(child)] if part.is_multipart() else [part]
