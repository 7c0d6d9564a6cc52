"""A key pair for one act, its private half locked by a code that one person is given and nothing stores."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Model
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from witnesses.errors import WrongOpeningCode, WrongPassphrase
from witnesses.passphrases import stretch_code, unwrap_seed, wrap_seed
from witnesses.pseudonyms import new_opening_code, read_opening_code
from witnesses.sealed import SealedBytes, SealedText
from witnesses.sealing import Binding, new_key_pair
from witnesses.trials import trial


@dataclass(frozen=True, slots=True)
class OneTimeKey:
    """The code for its holder, and what the act's row keeps: the public half, and the private half wrapped."""

    code: SealedText
    public: bytes
    wrapped: bytes = field(repr=False)


@sensitive_variables()
def new_one_time_key(*, salt: bytes, binding: Binding) -> OneTimeKey:
    """A fresh pair with a fresh code of 125 random bits."""
    code, pair = new_opening_code(), new_key_pair()
    wrapped = wrap_seed(pair.seed, key=stretch_code(code, salt=salt), binding=binding)
    return OneTimeKey(code, pair.public, wrapped)


@sensitive_variables()
def unlock_with_code(
    typed: str,
    *,
    wrapped: bytes,
    salt: bytes,
    binding: Binding,
    user: User,
    subject: Model,
    case_id: UUID | None,
) -> SealedBytes:
    """The private half, in memory. Raises WrongOpeningCode, or TooManyFailures after five; both are logged."""
    with trial(user, subject=subject, case_id=case_id, secret="opening_code"):  # noqa: S106 - the name of a secret
        key = stretch_code(read_opening_code(typed), salt=salt)
        try:
            return unwrap_seed(wrapped, key=key, binding=binding)
        except WrongPassphrase as error:
            raise WrongOpeningCode from error
