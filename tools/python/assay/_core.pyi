# Types of the extension module, as tools/python/src defines it. tests/test_types.py compares the two.
import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

__version__: str

def build_description() -> str:
    """Several lines for a person: version, compiler, OpenSSL, CPU features, backend."""

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

ArrowColumn: TypeAlias = _ArrowArray | _ArrowStream
#: Unix time in s, ms, us or ns by its magnitude, a float in seconds, a datetime with a time zone, RFC 3339; None is now.
Moment: TypeAlias = int | float | str | datetime.datetime | None

class AccessToken:
    """What an accepted token grants. repr() does not show the token."""

    @property
    def token(self) -> str:
        """The compact JWS, exactly as given."""
    @property
    def client_id(self) -> str:
        """The first of client_id, azp and sub that is present and truthy, else 'unknown'."""
    @property
    def scopes(self) -> list[str]:
        """From scope, else scp."""
    @property
    def expires_at(self) -> int | None:
        """Unix seconds, truncated; None if the token has no expiry."""
    @property
    def subject(self) -> str | None: ...
    @property
    def claims(self) -> dict[str, Any]:
        """The payload as a new dict."""
    @property
    def claims_json(self) -> str:
        """The payload's JSON object, on one line."""

class Verdict:
    """The verdict on one token. It is true if the token was accepted."""

    def __bool__(self) -> bool: ...
    @property
    def valid(self) -> bool: ...
    @property
    def reason(self) -> str | None:
        """The first failure in the order of checks; None if accepted."""
    @property
    def reasons(self) -> list[str]:
        """All failures that hold once the signature is valid."""
    @property
    def signature(self) -> str:
        """'valid', 'invalid' or 'unchecked'."""
    @property
    def alg(self) -> str | None: ...
    @property
    def kid(self) -> str | None: ...
    @property
    def client_id(self) -> str | None:
        """None before the signature is valid."""
    @property
    def issuer(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def jti(self) -> str | None: ...
    @property
    def detail(self) -> str | None:
        """For a person; it never holds token material. None if accepted."""
    @property
    def judged_at(self) -> datetime.datetime:
        """The moment for which the verdict holds, in UTC."""
    @property
    def scopes(self) -> list[str] | None: ...
    @property
    def expires_at(self) -> int | None: ...
    @property
    def claims(self) -> dict[str, Any] | None: ...
    @property
    def claims_json(self) -> str | None: ...
    @property
    def token(self) -> AccessToken | None:
        """The AccessToken; None if rejected."""
    def to_dict(self) -> dict[str, Any]:
        """The fields of the verdict, as the lines of `assay verify` name them."""

class VerdictArray:
    """Verdicts as Arrow columns, one row for each row that was judged. pyarrow.table(...), polars.DataFrame(...) and the
    like take it without copying."""

    def __init__(self, fields: Iterable[str] | None = None) -> None:
        """No verdicts: it has the columns, for those who need to know them beforehand."""
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class Granter:
    """Makes AccessTokens of FastMCP for the tokens that a verifier accepts."""

    def __init__(self, verifier: Verifier, type: type[Any], fields: dict[str, Any], given: set[str]) -> None: ...
    def judge(self, token: str, at: float) -> Any:
        """The AccessToken; or the Verdict on a token that is rejected, or that has claims for Python's own parser."""
    def judge_batch(self, tokens: list[str], at: float) -> list[Any]:
        """The same for each token of a list."""

class ColumnSummary:
    """Counts the verdicts on columns."""

    def __init__(self, verifier: Verifier) -> None: ...
    def add(self, column: ArrowColumn, at: Moment | ArrowColumn = None) -> None:
        """Judges each row as verify_arrow does, and counts the verdict."""
    def json(self, command: str, inputs: Sequence[str]) -> str:
        """The document that `assay verify --summary` writes."""

class Verifier:
    def __init__(self, options: dict[str, Any], on_note: Callable[[str], object] | None) -> None: ...
    def verify(self, token: str | bytes, at: Moment = None) -> Verdict:
        """The verdict on one token, now or at another moment. The token is taken exactly: without 'Bearer '."""
    def verify_batch(self, tokens: Iterable[str | bytes], at: Moment | Sequence[Moment] = None) -> list[Verdict]:
        """A verdict for each token, in their order. From dozens of tokens on this is much faster than single calls."""
    def verify_arrow(
        self, column: ArrowColumn, at: Moment | ArrowColumn = None, threads: int = 1, fields: Iterable[str] | None = None
    ) -> VerdictArray:
        """Verdicts on a column, one for each row, as `assay verify` judges the token field of JSON records: 'Bearer' is
        taken off, and a null is missing_token. The column is any object with __arrow_c_array__ or __arrow_c_stream__;
        tokens are not copied. `at` may be a column of times. 0 threads: all cores. `fields` names the columns that are
        wanted: the others cost nothing."""
    def load_access_token(self, token: str | bytes) -> AccessToken | None:
        """The AccessToken, or None if the token is rejected now."""
    def verify_token(self, token: str | bytes) -> AccessToken | None:
        """Is load_access_token."""
    def reload(self) -> None:
        """Reads every source of keys again. On a SetupError the old keys stay."""
    @property
    def backend(self) -> str:
        """What verifies signatures: 'lanes' or 'openssl'."""
    @property
    def fault(self) -> str:
        """What a cross-check found: verdicts so far may be wrong. Empty: nothing."""

class StaticTokenVerifier:
    def __init__(self, json: str, required_scopes: list[str], profile: str, /) -> None: ...
    def verify(self, token: str | bytes, at: Moment = None) -> Verdict:
        """unknown_token, token_expired, scope_missing, or accepted."""
    def load_access_token(self, token: str | bytes) -> AccessToken | None: ...
    def verify_token(self, token: str | bytes) -> AccessToken | None: ...

class KeyPair:
    @staticmethod
    def generate(algorithm: str, bits: int, /) -> KeyPair: ...
    @staticmethod
    def from_private(key: str | bytes, algorithm: str, /) -> KeyPair: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def private_pem(self) -> bytes: ...
    @property
    def public_pem(self) -> str: ...
    def jwks(self, kid: str, /) -> str: ...
    def create_token(self, request: dict[str, Any], /) -> str: ...

class Stop:
    def set(self) -> None: ...

def mint_tokens(
    key: KeyPair, request: dict[str, Any], count: int, faults: list[tuple[str, float]], seed: int, /
) -> list[str]: ...
def run_audit(
    verifier: Verifier, paths: list[str], output: str, options: dict[str, Any], stop: Stop, /
) -> dict[str, Any]: ...
def merge_summaries(summaries: Sequence[str], as_one_run: bool = False) -> str:
    """Adds summaries up, as `assay report -o NAME.json` does. as_one_run: they are parts of one run."""
