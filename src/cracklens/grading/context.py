"""What the inspector says of the member: asked for and never guessed."""

import itertools
import re
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cracklens.errors import UsageError, did_you_mean
from cracklens.grading.codes import code_names, find_code
from cracklens.grading.rules import NoRule, Rule, find_rule
from cracklens.grading.tables import Code, Reinforcement, Role
from cracklens.settings_file import as_list

ROLES: tuple[Role, ...] = get_args(Role)


class Context(BaseModel):
    """What is needed to grade and cannot be seen in a picture.

    What is missing is no error here: the code that needs it is not graded and says so. What
    contradicts itself raises `UsageError`, which says what to do.

    Attributes:
        codes: names of the codes to grade by, such as "aashto-mbei"; one, or several.
        exposure: exposure classes of the member, such as "XC3" or "humidity". Each belongs to one
            code. Without a code that asks for exposure they count for the priority alone.
        reinforcement: of the member.
        member: what is seen, in free words, such as "girder G3, south face".
        role: of the member in the structure; where it is None, `member` may name it.
        axis_deg: of the member on the photograph, counter-clockwise from the x axis.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    codes: tuple[str, ...] = ()
    exposure: tuple[str, ...] = ()
    reinforcement: Reinforcement | None = None
    member: str | None = None
    role: Role | None = None
    axis_deg: float | None = Field(default=None, ge=0, lt=180)

    @property
    def member_role(self) -> Role | None:
        """The role, or the one that the words of `member` name; None if they name none or two.

        >>> Context(member="girder G3, south face").member_role
        'girder'
        """
        if self.role:
            return self.role
        words = set(re.findall(r"[a-z]+", (self.member or "").lower()))
        named = [role for role in ROLES if role in words and role != "other"]
        return named[0] if len(named) == 1 else None

    _listed = field_validator("codes", "exposure", mode="before")(as_list)

    @model_validator(mode="after")
    def _consistent(self) -> "Context":
        for what, names in (("code", self.codes), ("exposure class", self.exposure)):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise UsageError(f"the {what} {twice!r} is given twice: give it once")
        codes = [find_code(name) for name in self.codes]
        for name in self.exposure:
            _check_exposure(name, codes)
        for code in codes:
            _check_alone(code, self.exposure)
            self._check_member(code)
        return self

    def _check_member(self, code: Code) -> None:
        if self.reinforcement and self.reinforcement not in code.reinforcement:
            raise UsageError(
                f"{code.name} is for {' and '.join(code.reinforcement)} concrete, and the member "
                f"is said to be {self.reinforcement}: leave {code.name} out, or correct "
                "--reinforcement"
            )
        role = self.member_role
        if role and code.roles and role not in code.roles:
            raise UsageError(
                f"{code.name} is for a {' or '.join(code.roles)}, and the member is said to be a "
                f"{role}: leave {code.name} out, or correct --member"
            )


def exposure_owners() -> dict[str, Code]:
    """Return the code that each exposure class belongs to, by the name of the class."""
    codes = [find_code(name) for name in code_names()]
    return {exposure: code for code in codes for exposure in code.exposures}


def boundaries_mm(context: Context) -> dict[str, tuple[float, ...]]:
    """Return the boundaries of width of each chosen code that can be applied, by its name.

    A code is left out where something is missing, or where it asks for something else than a width.

    Args:
        context: of the member.
    """
    return {
        name: rule.boundaries_mm for name, rule in _rules(context).items() if isinstance(rule, Rule)
    }


def not_applicable(context: Context) -> dict[str, str]:
    """Return why chosen codes cannot grade any crack of this member, and what would help.

    Args:
        context: of the member.

    >>> not_applicable(Context(codes=("aashto-mbei", "bre-251")))["aashto-mbei"]
    'aashto-mbei differs by reinforcement: say --reinforcement reinforced or prestressed'
    """
    return {name: rule.reason for name, rule in _rules(context).items() if isinstance(rule, NoRule)}


def _rules(context: Context) -> dict[str, Rule | NoRule]:
    return {
        name: find_rule(find_code(name), context.exposure, context.reinforcement)
        for name in context.codes
    }


def _check_exposure(name: str, codes: list[Code]) -> None:
    """Refuse a class that no chosen code knows, where one of them asks for a class."""
    owners = exposure_owners()
    asking = [code for code in codes if "exposure" in code.asks]
    if name not in owners:
        known = list(itertools.chain(*(code.exposures for code in asking))) or list(owners)
        raise UsageError(f"no exposure class {name!r}: {did_you_mean(name, known)}")
    owner = owners[name]
    if asking and owner not in asking:
        lists = "; ".join(f"{code.name} has {', '.join(code.exposures)}" for code in asking)
        raise UsageError(
            f"exposure {name} is a class of {owner.name}, which is not among the codes: give a "
            f"class of a chosen code ({lists}), or add {owner.name} to the codes"
        )


def _check_alone(code: Code, exposure: tuple[str, ...]) -> None:
    given = [name for name in exposure if name in code.exposures]
    for name in given:
        if len(given) > 1 and any(row.alone and name in row.exposures for row in code.limits):
            others = ", ".join(other for other in given if other != name)
            raise UsageError(
                f"exposure {name} contradicts {others}: it says that there is nothing else; "
                f"leave out {name}, or {others}"
            )
