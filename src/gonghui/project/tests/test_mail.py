"""Where mail goes, read from one setting."""

import pytest

from gonghui.project.mail import read


def test_the_address_of_the_server_is_read_from_one_setting() -> None:
    found = read("smtp://zhang%40union:p%2Fw@mail.union.example?security=tls")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == ("mail.union.example", 465, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("zhang@union", "p/w")
    assert read("smtp://relay")["EMAIL_USE_TLS"]
    assert read("")["EMAIL_BACKEND"].endswith("dummy.EmailBackend"), "off unless told otherwise"
    assert read("django.core.mail.backends.console.EmailBackend")["EMAIL_BACKEND"].endswith("console.EmailBackend")
    for wrong in ("http://relay", "smtp://", "smtp://relay?security=maybe"):
        with pytest.raises(ValueError, match="smtp://name"):
            read(wrong)
