"""Where the store is: cheap to ask, so that every process may do so before any server runs."""

import base64
import hashlib
import hmac
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.config.store.errors import NoAccount, NotForProduction, Unsuitable

APP = "earmark_app"
OWNER = "earmark_owner"
QUEUE = "earmark_queue"
ROLES = (APP, OWNER, QUEUE)
SUPERUSER = "earmark"
DATABASE = "earmark"


@dataclass(frozen=True)
class Place:
    """A store: where its server listens, and what each role logs in with.

    `home` is the folder of the embedded server, or None for an outside one.
    """

    host: str
    port: int
    database: str
    superuser: str
    superuser_password: str | None
    secret: str
    home: Path | None
    options: Mapping[str, str]

    @property
    def is_embedded(self) -> bool:
        """Return whether the server is our own."""
        return self.home is not None

    def password_of(self, role: str) -> str | None:
        """Return the password a role logs in with, derived from the secret; none on our own socket."""
        if self.is_embedded:
            return None
        digest = hmac.new(self.secret.encode(), f"role {role}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def conninfo(self, role: str | None = None, *, database: str | None = None, **extra: str | int) -> str:
        """Return a key=value connection string for a role, or for the superuser."""
        user = role or self.superuser
        password = self.password_of(role) if role else self.superuser_password
        facts: dict[str, str | int] = dict(self.options)
        facts |= {
            "host": self.host,
            "port": self.port,
            "dbname": database or self.database,
            "user": user,
            **extra,
        }
        if password:
            facts["password"] = password
        return " ".join(f"{key}='{_quoted(str(value))}'" for key, value in facts.items())


def home_of(environ: Mapping[str, str], base: Path) -> Path:
    """Return the folder that holds all that Earmark keeps on this machine."""
    return Path(environ.get("EARMARK_HOME") or base / ".earmark").resolve()


def locate(environ: Mapping[str, str], *, base: Path, secret: str, is_debug: bool) -> Place:
    """Return the store that the environment asks for.

    Raises NotForProduction where none is named and DEBUG is off, Unsuitable where the address cannot be read.
    """
    if url := environ.get("EARMARK_DATABASE_URL"):
        return _outside(url, secret)
    if not is_debug:
        raise NotForProduction
    home = home_of(environ, base)
    return Place(
        host=str(socket_folder(home)),
        port=5432,
        database=DATABASE,
        superuser=SUPERUSER,
        superuser_password=None,
        secret=secret,
        home=home,
        options={},
    )


def name_of(home: Path) -> str:
    """Return a short name for a home folder, so that two checkouts never meet."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def server_user() -> pwd.struct_passwd:
    """Return the account PostgreSQL runs under: our own, or for root `postgres` or `nobody`; raises NoAccount."""
    if os.geteuid() != 0:
        with suppress(KeyError):
            return pwd.getpwuid(os.geteuid())
        raise NoAccount
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoAccount


def socket_folder(home: Path) -> Path:
    """Return the short folder the socket lies in; sockets may not lie deep (107 bytes).

    It follows from the home and the user alone: a process with another environment must find the same server.
    """
    if os.geteuid() == 0:
        return Path("/run/earmark") / name_of(home)
    return Path("/tmp") / f"earmark-{os.geteuid()}-{name_of(home)}"  # noqa: S108


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _outside(url: str, secret: str) -> Place:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not secret:
        raise Unsuitable("EARMARK_SECRET_KEY must be set: the passwords of Earmark's roles are derived from it.")
    try:
        facts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        port = int(facts.pop("port", "5432"))
    except (ProgrammingError, ValueError):
        raise Unsuitable(
            "EARMARK_DATABASE_URL is not the address of one PostgreSQL server. Write it as"
            " postgresql://user:password@host:5432/database."
        ) from None
    password = facts.pop("password", None)
    return Place(
        host=facts.pop("host", "localhost"),
        port=port,
        database=facts.pop("dbname", DATABASE),
        superuser=facts.pop("user", "postgres"),
        superuser_password=password,
        secret=secret,
        home=None,
        options=facts,
    )
