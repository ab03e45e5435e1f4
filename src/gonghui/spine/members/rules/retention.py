"""How long what is kept of members stays, from the day it has served its purpose."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from gonghui.core.schemes import Scheme, Schemes
from gonghui.spine.members.rules.membership import SCHEMES
from gonghui.spine.members.rules.papers import years_before

LEFT: Final = "left"
"""The rule by which people go who are in no union any more."""


@dataclass(frozen=True)
class Retention(Scheme):
    """The dated parameters of how long things are kept."""

    left_years: int
    sign_in_code_days: int
    activation_code_days: int

    def left_before(self, on: date) -> date:
        """Whose last day as a member lies before this one is not kept any longer."""
        return years_before(on, self.left_years)


scheme = Schemes(SCHEMES, "retention", Retention).on
