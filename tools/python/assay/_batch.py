"""Verdicts on record batches, in whatever process the batches turn up."""

from __future__ import annotations

import inspect
import json
import os
import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, Union, cast

from ._errors import SetupError
from ._options import listed, wrong_type
from ._verifier import Verifier

if TYPE_CHECKING:
    import pyarrow as pa

    Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)

Arguments = Mapping[str, Any]
Config = Union[str, "os.PathLike[str]", Arguments, Callable[[], Union[Verifier, Arguments]]]

# Arguments of Verifier whose texts are, or may be, the paths of files.
_FILES = ("public_key", "jwks", "secret", "static_tokens", "config", "revoked", "ca_file")
_ARGUMENTS = inspect.signature(Verifier).parameters
# The members of a JWK that only its owner may know: RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1.
_PRIVATE_MEMBERS = frozenset(["k", "d", "p", "q", "dp", "dq", "qi", "oth"])
_PRIVATE_MEMBER = re.compile(rf'"({"|".join(sorted(_PRIVATE_MEMBERS))})"\s*:')


class _Place:
    """Where the verifier of a BatchVerifier stands in this process, once it is made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # held while the verifier is made, which may fetch keys
        self.verifier: Verifier | None = None


# The verifiers of this process, by the BatchVerifier that they were made for. A process that lives long, such as a
# worker of Spark, meets many: those used last are kept.
_KEPT_VERIFIERS = 4
_places: OrderedDict[str, _Place] = OrderedDict()
_lock = threading.Lock()  # of _places; never held for long


def _renew_locks() -> None:
    """In a child of fork(): whoever held a lock is not there."""
    global _lock
    _lock = threading.Lock()
    for place in _places.values():
        place.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _is_document(text: str) -> bool:
    """Says whether a text for `jwks` is the key set itself, and not its path or URL."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "eyJ"))


def _travels(name: str, value: Any) -> bool:
    """Says whether a value is complete by itself: no file, no URL and no call is needed."""
    if callable(value) or isinstance(value, os.PathLike):
        return name == "on_note"
    if name in ("jwks_uri", "config", "revoked", "ca_file"):
        return False
    return not (name == "jwks" and isinstance(value, str) and not _is_document(value))


def _has_private_members(key: Any) -> bool:
    if isinstance(key, (str, bytes)):
        text = key.lstrip("\ufeff") if isinstance(key, str) else key.decode(json.detect_encoding(key), "replace")
        try:
            key = json.loads(text)
        except (ValueError, RecursionError):
            # Python does not read it; whether anybody does is another matter.
            return _PRIVATE_MEMBER.search(text) is not None
    if not isinstance(key, Mapping):
        return False
    keys = key.get("keys", [key])
    return any(isinstance(one, Mapping) and _PRIVATE_MEMBERS & one.keys() for one in keys)


def _refuse_secret(name: str, value: Any) -> None:
    """Raises a SetupError for a value that must not stand in a pickle or a plan."""
    if callable(value) or isinstance(value, os.PathLike):
        return
    if name in ("secret", "static_tokens"):
        raise SetupError(name, "a secret must not travel with the work; give a pathlib.Path or a function that returns it")
    if name in ("jwks", "public_key"):
        marker = b"PRIVATE KEY" if isinstance(value, bytes) else "PRIVATE KEY"
        if _has_private_members(value) or (isinstance(value, (str, bytes)) and cast(Any, marker) in value):
            raise SetupError(name, "the key is secret or private and must not travel with the work; give a pathlib.Path, "
                             "or a function that returns it")  # fmt: skip


class BatchVerifier:
    """Judges a column of record batches. A call takes a pyarrow.RecordBatch (or Table) and returns another, row for row:
    the columns of `carry`, then those of a verdict.

        judge = assay.BatchVerifier({"jwks": jwks, "audience": "api"}, token="token", carry=["id"])
        for batch in dataset.to_batches(columns=judge.columns):
            write(judge(batch))

    It can be pickled, so that Ray, Dask, Daft, Spark or multiprocessing may send it to other processes. Only `config`
    travels; each process makes a verifier of its own with the first batch, and keeps it. `config` is one of

    * the path of a trust file (assay.toml),
    * a dict of the arguments of Verifier,
    * a function without arguments that returns such a dict or a Verifier.

    Paths are read where the batches are judged. A secret never travels: give it as a pathlib.Path, or as a function
    that returns it, which is called there. The same holds for private keys in `jwks` and for `static_tokens`.

    * ``token``: the column of tokens, of any type that verify_arrow takes.
    * ``at``: the moment of judgement; None is the moment at which the batch is judged, and "record" is the row's own
      time, from the column ``time``.
    * ``fields``: the columns of a verdict that are wanted; by default all.
    * ``threads``: for one batch; 0 is all cores.
    """

    def __init__(
        self,
        config: Config,
        *,
        token: str = "token",
        at: Any = None,
        time: str = "time",
        carry: Iterable[str] = (),
        fields: Iterable[str] | None = None,
        threads: int = 1,
    ) -> None:
        self._config: Callable[[], Verifier | Arguments] | dict[str, Any]
        if isinstance(config, (str, os.PathLike)):
            self._config = {"config": config}
        elif isinstance(config, Mapping):
            self._config = dict(config)
        elif callable(config):
            self._config = config
        else:
            raise wrong_type("config", "a path, a dict or a function", config)
        for name, column in (("token", token), ("time", time)):
            if not isinstance(column, str):
                raise wrong_type(name, "the name of a column", column)
        if isinstance(threads, bool) or not isinstance(threads, int):
            raise wrong_type("threads", "int", threads)
        if not 0 <= threads < 2**31:
            raise SetupError("threads", "give the number of threads, or 0 for all cores")
        self._token = token
        self._at = at
        self._time = time if isinstance(at, str) and at == "record" else None
        self._carry = listed(carry, "carry") or []
        self._threads = threads
        self._id = uuid.uuid4().hex
        wanted = listed(fields)
        if wanted == [] and not self._carry:
            raise SetupError("fields", "is empty, and so is carry; name a column")
        self._fields: list[str] = [] if wanted == [] else verdict_schema(wanted).names
        for name in self._carry:
            if self._carry.count(name) > 1:
                raise SetupError("carry", f"names the column '{name}' twice")
        clash = sorted(set(self._carry) & set(self._fields))
        if clash:
            raise SetupError("carry", f"a verdict has the column '{clash[0]}' too; give yours another name")
        self._check()

    @property
    def columns(self) -> list[str]:
        """The columns that a batch must have."""
        wanted = [self._token, *([self._time] if self._time is not None else []), *self._carry]
        return list(dict.fromkeys(wanted))

    @property
    def verifier(self) -> Verifier:
        """The verifier of this process. It is made when it is first needed."""
        with _lock:
            place = _places.setdefault(self._id, _Place())
            _places.move_to_end(self._id)
            while len(_places) > _KEPT_VERIFIERS:
                _places.popitem(last=False)
        with place.lock:
            if place.verifier is None:
                place.verifier = self._make()
            return place.verifier

    def judge(self, tokens: Any, times: Any = None) -> Any:
        """The verdicts on a column, with the columns of `fields`, as verify_arrow gives them. `times` counts only if the
        rows have times of their own."""
        at = self._at if self._time is None else times
        return self.verifier.verify_arrow(tokens, at, self._threads, self._fields or ["valid"])

    def __call__(self, batch: Rows) -> Rows:
        import pyarrow as pa

        if not isinstance(batch, (pa.RecordBatch, pa.Table)):
            raise TypeError(f"batch: expected a pyarrow.RecordBatch or Table, not {type(batch).__name__}; "
                            "Polars has .to_arrow(), and pandas pyarrow.Table.from_pandas()")  # fmt: skip
        for column in self.columns:
            if column not in batch.schema.names:
                raise SetupError("token" if column == self._token else "carry" if column in self._carry else "time",
                                 f"the batch has no column '{column}', only {', '.join(batch.schema.names)}")  # fmt: skip
        times = None if self._time is None else batch.column(self._time)
        verdicts = self.judge(batch.column(self._token), times)
        made = pa.table(verdicts) if isinstance(batch, pa.Table) else pa.record_batch(verdicts)
        fields = [batch.schema.field(name) for name in self._carry] + [made.schema.field(name) for name in self._fields]
        arrays = [batch.column(name) for name in self._carry] + [made.column(name) for name in self._fields]
        return cast("Rows", type(batch).from_arrays(arrays, schema=pa.schema(fields)))

    def schema(self, of_input: pa.Schema) -> pa.Schema:
        """The schema of what a call returns for batches of this schema."""
        import pyarrow as pa

        verdict = verdict_schema(self._fields) if self._fields else []
        return pa.schema([*(of_input.field(name) for name in self._carry), *verdict])

    def _check(self) -> None:
        """Finds mistakes before the work is sent away, as far as this process can see them."""
        given = self._config if isinstance(self._config, dict) else {}
        for name, value in given.items():
            for one in _each(value):
                _refuse_secret(name, one)
        here = {name: value for name, value in given.items() if all(_travels(name, one) for one in _each(value))}
        for name in given.keys() - _ARGUMENTS.keys():
            raise TypeError(f"config: a Verifier has no argument {name!r}, only {', '.join(_ARGUMENTS)}")
        if len(here) < len(given) or not isinstance(self._config, dict):
            # In place of the keys and files of other machines.
            here = {**here, "static_tokens": {"-": {"client_id": "-", "scopes": []}}}
        checked = Verifier(**{**here, "on_note": lambda line: None})
        if self._time is None:
            checked.verify("", at=self._at)

    def _make(self) -> Verifier:
        given = self._config if isinstance(self._config, dict) else self._config()
        if isinstance(given, Verifier):
            return given
        return Verifier(**{name: self._here(name, value) for name, value in given.items()})

    def _here(self, name: str, value: Any) -> Any:
        """A value as this process has it: a function is called, and a file is looked for."""
        if isinstance(value, (list, tuple)):
            return [self._here(name, one) for one in value]
        if callable(value) and name != "on_note":
            value = value()
        if name in _FILES and isinstance(value, os.PathLike):
            return self._file(value)
        is_path = name in ("config", "revoked", "ca_file") or (
            name == "jwks" and not _is_document(value) and not value.startswith(("http://", "https://"))
            if isinstance(value, str)
            else False
        )
        return os.fspath(self._file(value)) if is_path and isinstance(value, str) else value

    def _file(self, path: str | os.PathLike[str]) -> str | os.PathLike[str]:
        """The path of a file in this process."""
        return path


def verdict_schema(fields: list[str] | None = None) -> pa.Schema:
    """The columns of a verdict, or those of them that are wanted."""
    import pyarrow as pa

    from ._core import VerdictArray

    return pa.schema(VerdictArray(fields))
