"""Every error that this library raises at synth.

EvidentlyError
├── InvalidArgumentError      one argument breaks a rule (a ValueError, too)
├── InvalidDefinitionError    the definition of a managed resource breaks rules (a ValueError, too)
├── ConflictingSettingsError  two settings are valid alone and contradict each other
└── DuplicateLaunchError      two StartLaunch of a stack name one launch

Each message names the argument, its value, the rule, and what to do instead.
"""

from collections.abc import Sequence


class EvidentlyError(Exception):
    """The root of this library's errors."""


class InvalidArgumentError(EvidentlyError, ValueError):
    """An argument breaks a rule that is known at synth.

    Args:
        argument: the argument's name, as the caller wrote it.
        value: the value that the caller gave.
        rule: the rule, as the end of a sentence: "… has to be {rule}".
        way_out: what to do instead, a sentence without its full stop.

    """

    def __init__(self, argument: str, value: object, rule: str, way_out: str) -> None:
        super().__init__(f"{argument} is {value!r}, and has to be {rule}. {way_out}.")


class InvalidDefinitionError(EvidentlyError, ValueError):
    """The definition of a managed resource breaks rules of the API, or contradicts itself.

    Args:
        path: the construct's path.
        problems: every problem, each a sentence that names the member.

    Attributes:
        problems: the same.

    """

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"The definition of {path} is invalid:{listed}")
        self.problems = tuple(problems)


class ConflictingSettingsError(EvidentlyError):
    """Two settings are valid alone and contradict each other."""


class DuplicateLaunchError(EvidentlyError):
    """Two StartLaunch of a stack name one launch; a stack can start a launch once only."""
