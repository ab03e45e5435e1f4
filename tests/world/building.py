"""Puts the small federation up, in the order in which one thing needs another."""

from datetime import timedelta

from gonghui.core.actor import SYSTEM
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.sealing import seal_all
from gonghui.spine.organisations import actions as organisations
from gonghui.spine.organisations.tests.builders import an_employer
from tests.world import aid, money, people, reports, returns, tree
from tests.world.federation import Branch, World
from tests.world.plan import FORM, FOUNDED, H1


def build() -> World:
    """Everything stands; some seconds of actions."""
    city = tree.found("示范市总工会", "city", None, "110000", "Demonstration City Federation of Trade Unions")
    world = World(city, tree.found("教育工会", "industry", city, english="Education Workers' Union"))
    for key, name, code, town, canary in (
        ("chaoyang", "朝阳区总工会", "110105", "望京街道总工会", "鸢尾朝"),
        ("haidian", "海淀区总工会", "110108", "中关村街道总工会", "鸢尾海"),
    ):
        district = tree.found(name, "district", city, code, f"{key.title()} District Federation of Trade Unions")
        street = tree.found(town, "town", district, f"{code}0{3 if key == 'haidian' else 26:02d}")
        shop = tree.found(f"示例{key}有限公司工会", "base", street, employer=an_employer(area_code=code))
        branch = world.branches[key] = Branch(key, district, street, shop, canary)
        branch.spare = tree.found(branch.marked("备用工会"), "base", street)
        branch.merged = tree.found(branch.marked("并走工会"), "base", street)
        organisations.merge_organisations(branch.merged, shop, by=SYSTEM, on=FOUNDED + timedelta(days=1))
        shop.refresh_from_db()
    people.appoint_everybody(world)
    returns.open_rounds(world)
    for branch in world.branches.values():
        returns.answer_year_before(world, branch)
        returns.answer_half_year(world, branch)
        returns.answer_july(world, branch)
        tree.bring_imports(world, branch)
        returns.answer_town(world, branch)
        tree.set_up_unions(world, branch)
        reports.make_reports(world, branch)
        people.issue_reset_code(world, branch)
        people.enrol_social_worker(world, branch)
        people.admit_members(world, branch)
        money.keep_book(world, branch)
        reports.keep_checkpoint(world, branch)
    reports.made(world, "city", city, FORM, H1, asks=[branch.district for branch in world.branches.values()])
    aid.keep_schemes(world)
    for branch in world.branches.values():
        aid.enrol_and_claim(world, branch)
    aid.settle(world)
    seal_all()
    world.checkpoint = checkpoint().blocks
    for person in world.people.values():
        person.session = people.sign_in(person.account)
    return world
