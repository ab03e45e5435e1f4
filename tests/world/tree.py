"""The unions, those being set up, and the files brought on the list of unions."""

from collections.abc import Callable
from datetime import date

from gonghui.core.actor import SYSTEM
from gonghui.spine.organisations import actions as organisations
from gonghui.spine.organisations.actions import EmployerEntry, Founding, Proposal
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.spine.organisations.rules import Ballot
from gonghui.spine.organisations.tests.builders import an_employer
from gonghui.web.imports import actions as desk
from gonghui.web.imports.sheet import SHEETS, Scope
from tests.world.federation import Branch, World
from tests.world.plan import AUGUST, FOUNDED


def found(
    name: str,
    level: str,
    superior: Organisation | None,
    area_code: str = "",
    english: str = "",
    employer: EmployerEntry | None = None,
) -> Organisation:
    founding = Founding(name, level, superior, english_name=english, area_code=area_code, employer=employer)
    return organisations.found_organisation(founding, by=SYSTEM, on=FOUNDED)


def set_up_unions(world: World, branch: Branch) -> None:
    officer, head = world.actor(f"{branch.key}.org"), world.actor(f"{branch.key}.lead")
    days = [date(2020, 3, 2), date(2020, 4, 1), date(2020, 5, 6), date(2020, 6, 1)]
    steps: dict[str, Callable[[SetUp], object]] = {
        "preparing": lambda one: organisations.approve_preparation(
            one, preparers=3, approval_no="示工筹〔2020〕1号", by=head, on=days[1]
        ),
        "elected": lambda one: organisations.record_election(
            one, Ballot(36, 33, 30, 3), members=36, by=officer, on=days[2]
        ),
        "established": lambda one: organisations.establish_union(
            one, establishment_no="示工复〔2020〕1号", by=head, on=days[3]
        ),
    }
    for number, state in enumerate(("prospect", *steps, "abandoned"), 1):
        employer = an_employer(area_code=branch.district.area_code)
        proposal = Proposal(f"{employer.name}{branch.key}{number}工会", "base", branch.town, [employer])
        made = organisations.propose_set_up(proposal, by=officer, on=days[0])
        for reached in () if state == "prospect" else steps:
            if state == "abandoned":
                organisations.abandon_set_up(made, reason="unready", by=officer, on=days[3])
                break
            steps[reached](made)
            if reached == state:
                break
        made.refresh_from_db()
        branch.set_ups[state] = made


def bring_imports(world: World, branch: Branch) -> None:
    """Files that the district's organising officer brought: one in each state that has a page of its own."""
    by = world.actor(f"{branch.key}.org")
    rows = {
        "faulty": ("名称,层级,上级", f"{branch.marked('示例错')}工会,没有的层级,{branch.town.code}"),
        "committed": ("名称,层级,上级", f"{branch.marked('示例导入')}工会,基层工会,{branch.town.code}"),
        "checked": ("组织代码,英文名称", f"{branch.shop.code},{branch.marked('Example ')}"),
        "mapping": ("甲,乙", f"{branch.shop.code},{branch.marked('某')}"),
    }
    for state, (head, row) in rows.items():
        sheet, scope = SHEETS["organisations.unions"], Scope(by, 0, AUGUST)
        branch.imports[state] = desk.bring_file(sheet, f"{head}\n{row}\n".encode(), "名册.csv", scope=scope, on=AUGUST)
    desk.commit_import(branch.imports["committed"], by=by, on=AUGUST)
    for batch in branch.imports.values():
        batch.refresh_from_db()
