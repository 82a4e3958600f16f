"""The error of a bad set-up."""

from __future__ import annotations

from collections.abc import Sequence

# The library's fields by the names of Python's arguments, where they differ.
_ARGUMENTS = {
    "policy.algorithms": "algorithm",
    "policy.audiences": "audience",
    "policy.issuers": "issuer",
    "policy.leeway_seconds": "leeway",
    "policy.max_lifetime_seconds": "max_lifetime",
    "policy.required_type": "typ",
    "fetch.timeout_seconds": "timeout",
    "fetch.max_age_seconds": "jwks_max_age",
    "fetch.refetch_interval_seconds": "jwks_refetch",
    "trust": "config",
    "time_zones": "time_zone",
    "inputs": "paths",
}


class SetupError(ValueError):
    """An option, a key or a file that cannot be used. The message names the field, what is wrong and the mend."""

    #: The argument at fault, such as "audience". Empty: no single argument is.
    field: str

    def __init__(self, field: str, message: str | None = None) -> None:
        """With one argument, that is the whole message: so pickle, copy and Polars make an error anew."""
        if message is None:
            field, message = "", field
        # Messages on keys begin with the file or the argument that holds them.
        super().__init__(message if field in ("", "keys") else f"{field}: {message}")
        self.field = field

    @classmethod
    def of_library(cls, field: str, message: str, way_out: Sequence[tuple[str, str]]) -> SetupError:
        """Translates an error of the library, whose fields have the library's names."""
        settings = ", ".join(f"{_argument(name)}={value!r}" for name, value in way_out)
        return cls(_argument(field), f"{message} (accepted with {settings})" if settings else message)


def _argument(field: str) -> str:
    return _ARGUMENTS.get(field, field.rpartition(".")[2])
