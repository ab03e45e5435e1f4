"""What the platform says when it refuses: one code, one Chinese sentence with places, one set of values.

No Django here: rules raise these too. Faces translate `message` through the catalogue before filling the places.
"""

from collections.abc import Mapping


class Refusal(Exception):
    """An expected refusal: which value, where, and what to do; `code` is `<app>.<what>`."""

    def __init__(self, code: str, message: str, /, **params: object) -> None:
        super().__init__(code, message, params)
        self.code = code
        self.message = message
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class StepRefused(Refusal):
    """The step cannot be taken from the state the record is in, or its guard says no."""


class PowerMissing(Refusal):
    """The acting post lacks the power, or its organisation does not reach the record."""
