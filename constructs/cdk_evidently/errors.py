"""Every error that this library raises at synth.

EvidentlyError
├── InvalidArgumentError      one argument breaks a rule (a ValueError, too)
├── InvalidDefinitionError    what is declared contradicts itself or the API's rules (a ValueError, too): all problems
├── ConflictingSettingsError  two settings that are fine alone can't both hold
└── DuplicateLaunchError      one launch is started twice in a stack

Each message names the argument, its value, the rule, and the way out.
"""

from collections.abc import Sequence


class EvidentlyError(Exception):
    """The root of this library's errors."""


class InvalidArgumentError(EvidentlyError, ValueError):
    """An argument breaks a rule that is known at synth.

    Args:
        argument: the argument's name, as the caller wrote it.
        value: what was given.
        rule: what the argument has to be, as the end of "… has to be".
        way_out: what to do instead, a sentence without its full stop.

    """

    def __init__(self, argument: str, value: object, rule: str, way_out: str) -> None:
        super().__init__(f"{argument} is {value!r}, and has to be {rule}. {way_out}.")


class InvalidDefinitionError(EvidentlyError, ValueError):
    """What is declared breaks rules of the API, or contradicts itself.

    Args:
        path: the construct's path.
        problems: what is wrong, each a sentence that names the member.

    """

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{path} can't be declared so:{listed}")
        self.problems = tuple(problems)


class ConflictingSettingsError(EvidentlyError):
    """Two settings can't both hold."""


class DuplicateLaunchError(EvidentlyError):
    """One launch is named by two StartLaunch of a stack: each would take the other's start for its own."""
