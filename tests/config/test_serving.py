import socket

import pytest

from config.serving import AddressTaken, BadAddress, checked_bind


@pytest.mark.parametrize(
    "bind", ["", "nonsense", ":8000", "127.0.0.1:", "127.0.0.1:80a", "127.0.0.1:99999", "a:-1"]
)
def test_what_is_no_address_is_said(bind):
    with pytest.raises(BadAddress, match="Write it like"):
        checked_bind(bind)


def test_a_port_in_use_is_said_before_anything_is_promised():
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(AddressTaken, match=bind):
            checked_bind(bind)
    assert checked_bind(bind) == bind


def test_an_address_of_another_machine_is_said():
    with pytest.raises(AddressTaken, match=r"192\.0\.2\.1"):
        checked_bind("192.0.2.1:8000")
