"""The codes that ship, one TOML file each, with clause, edition, kind and source."""

import tomllib
from functools import cache
from importlib.resources import files

from cracklens.errors import UsageError, did_you_mean
from cracklens.grading.tables import Code


@cache
def code_names() -> tuple[str, ...]:
    """Return the names of the codes in the package, sorted."""
    folder = files("cracklens.grading") / "codes"
    names = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def find_code(name: str) -> Code:
    """Return a code by its name, such as "aashto-mbei".

    Raises:
        UsageError: there is none of that name.

    >>> find_code("aci-224r").clause
    'Table 4.1'
    """
    if name not in code_names():
        raise UsageError(f"no code {name!r}: {did_you_mean(name, code_names())}")
    return _load(name)


@cache
def _load(name: str) -> Code:
    file = files("cracklens.grading") / "codes" / f"{name}.toml"
    return Code.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
