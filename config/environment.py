"""The environment, read once and typed: every variable that Dadkhah knows, with its meaning and default."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
# Our own thin layers over Django's two backends.
_SQLITE = "config.sqlite"
_POSTGRESQL = "config.postgresql"
# Of memory alone, so many times is 64 GiB.
MOST_WIDENED = 16


@dataclass(frozen=True, slots=True)
class Environment:
    """What the machine tells us. Field names are the variables' names in lower case without the prefix."""

    data_dir: Path
    keys_dir: Path
    store: str
    store_endpoint: str
    store_region: str
    store_lock: str
    database: dict[str, Any]
    redis_url: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    log_origin: str
    organisation: str
    office_zone: ZoneInfo
    proxy_count: int
    tsa_file: Path | None
    checkpoint_every: timedelta
    fixity_every: timedelta | None
    scrub_every: timedelta | None
    fixity_objects_at_once: int
    clamd: str
    uploads_waiting: int
    uploads_waiting_gib: int
    smallest_group: int
    wider_limits: int


def read_environment(environment: environ.Env | None = None) -> Environment:
    """Read and check every variable.

    Raises ImproperlyConfigured with a sentence that names the variable when one cannot be used.
    """
    env = environment or environ.Env()
    var = Path(env.str("DADKHAH_HOME", default=str(ROOT / "var"))).expanduser().resolve()
    data_dir = Path(env.str("DADKHAH_DATA_DIR", default=str(var / "data"))).expanduser().resolve()
    keys_dir = Path(env.str("DADKHAH_KEYS_DIR", default=str(var / "keys"))).expanduser().resolve()
    if keys_dir.is_relative_to(data_dir):
        raise ImproperlyConfigured(
            "DADKHAH_KEYS_DIR lies inside DADKHAH_DATA_DIR: whoever copies the data would have the keys. "
            "Put the keys into a folder of their own."
        )
    return Environment(
        data_dir=data_dir,
        keys_dir=keys_dir,
        store=env.str("DADKHAH_STORE", default=""),
        store_endpoint=env.str("DADKHAH_STORE_ENDPOINT", default=""),
        store_region=env.str("DADKHAH_STORE_REGION", default=""),
        store_lock=env.str("DADKHAH_STORE_LOCK", default=""),
        database=_database(env, data_dir),
        redis_url=env.str("REDIS_URL", default=""),
        allowed_hosts=tuple(env.list("DADKHAH_ALLOWED_HOSTS", default=[])),
        trusted_origins=tuple(env.list("DADKHAH_TRUSTED_ORIGINS", default=[])),
        log_origin=env.str("DADKHAH_LOG_ORIGIN", default="dadkhah.example/log"),
        organisation=env.str("DADKHAH_ORGANISATION", default="Dadkhah"),
        office_zone=_office_zone(env),
        proxy_count=_proxy_count(env),
        tsa_file=_optional_path(env, "DADKHAH_TSA_FILE"),
        checkpoint_every=_checkpoint_every(env),
        fixity_every=_days(env, "DADKHAH_FIXITY_DAYS", default="90"),
        scrub_every=_days(env, "DADKHAH_SCRUB_DAYS", default="0"),
        fixity_objects_at_once=_number(
            env, "DADKHAH_FIXITY_OBJECTS", "how many stored files are read again in one go", default="500"
        ),
        clamd=env.str("DADKHAH_CLAMD", default=""),
        uploads_waiting=_number(
            env, "DADKHAH_UPLOADS_WAITING", "how many files of one person may be on their way", default="1000"
        ),
        uploads_waiting_gib=_number(
            env, "DADKHAH_UPLOADS_WAITING_GIB", "how many GiB one person may have on the way", default="1024"
        ),
        smallest_group=_number(
            env, "DADKHAH_SMALLEST_GROUP", "how many people a pseudonym must fit at least", default="10"
        ),
        wider_limits=_wider_limits(env),
    )


def read_secret_key(path: Path) -> str:
    """The key that signs sessions, or a text that the start-up checks refuse where none was made yet.

    Raises ImproperlyConfigured where the file is there but cannot be read.
    """
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return "unset: run `manage.py make_keys`"
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"The key file {path} cannot be read. Give it to the user that runs this program (chown, chmod 600)."
        ) from error


def _optional_path(env: environ.Env, name: str) -> Path | None:
    text = env.str(name, default="")
    return Path(text).expanduser().resolve() if text else None


def _database(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    url = env.str("DATABASE_URL", default="")
    if not url:
        return {"ENGINE": _SQLITE, "NAME": str(data_dir / "dadkhah.sqlite3")}
    try:
        parsed: dict[str, Any] = env.db_url_config(url)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read. Write it as postgres://user:password@host:5432/name."
        ) from error
    if "postgresql" not in parsed.get("ENGINE", "") and "sqlite3" not in parsed.get("ENGINE", ""):
        raise ImproperlyConfigured(
            "DATABASE_URL names a database other than PostgreSQL or SQLite. Use one of the two."
        )
    return parsed | {"ENGINE": _POSTGRESQL if "postgresql" in parsed["ENGINE"] else _SQLITE}


def _office_zone(env: environ.Env) -> ZoneInfo:
    try:
        return ZoneInfo(env.str("DADKHAH_OFFICE_ZONE", default="Europe/Stockholm"))
    except (ValueError, OSError, LookupError) as error:
        raise ImproperlyConfigured(
            "DADKHAH_OFFICE_ZONE must be a time zone such as Europe/Stockholm or Asia/Tehran."
        ) from error


def _proxy_count(env: environ.Env) -> int:
    text = env.str("DADKHAH_PROXY_COUNT", default="0")
    if not text.isdigit():
        raise ImproperlyConfigured(
            "DADKHAH_PROXY_COUNT must be the number of proxies before us, for example 1."
        )
    return int(text)


def _checkpoint_every(env: environ.Env) -> timedelta:
    text = env.str("DADKHAH_CHECKPOINT_EVERY", default="24")
    if not text.isdigit() or not 1 <= int(text) <= 24 * 366:
        raise ImproperlyConfigured(
            "DADKHAH_CHECKPOINT_EVERY must be a number of hours from 1 to 8784, for example 24."
        )
    return timedelta(hours=int(text))


def _wider_limits(env: environ.Env) -> int:
    times = _number(
        env, "DADKHAH_WIDER_LIMITS", "how many times the limits a second look may have", default="4"
    )
    if times > MOST_WIDENED:
        raise ImproperlyConfigured(
            f"DADKHAH_WIDER_LIMITS is at most {MOST_WIDENED}: more memory and time than that makes a hostile file a "
            "danger to the machine."
        )
    return times


def _days(env: environ.Env, name: str, *, default: str) -> timedelta | None:
    text = env.str(name, default=default)
    if not text.isdigit() or int(text) > 3660:
        raise ImproperlyConfigured(f"{name} must be a number of days from 1 to 3660, or 0 for never.")
    return timedelta(days=int(text)) or None


def _number(env: environ.Env, name: str, meaning: str, *, default: str) -> int:
    text = env.str(name, default=default)
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise ImproperlyConfigured(f"{name} must be {meaning}, for example {default}.")
    return int(text)
