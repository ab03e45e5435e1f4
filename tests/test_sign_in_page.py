"""The first page anybody sees, in a real browser."""

import pytest

from tests.conftest import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_whole_at_any_width_in_light_and_dark(walk: Walk, width: int, scheme: str) -> None:
    walk.page.set_viewport_size({"width": width, "height": 800})
    walk.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert walk.open("/accounts/login/").status == 200
    assert walk.page.locator("html").get_attribute("lang") == "zh-Hans"
    assert not walk.overflows()
    assert walk.violations() == []


def test_an_unknown_address_is_a_plain_page(walk: Walk) -> None:
    assert walk.open("/nowhere/").status == 404
    assert walk.violations() == []
