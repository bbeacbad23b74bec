"""The addons in a served Odoo, as its users meet them."""

import pytest
from conftest import RpcError
from installation import own_addons


def test_addons_are_installed(served):
    call = served.rpc()
    domain = [("state", "=", "installed"), ("name", "in", own_addons())]
    installed = call("ir.module.module", "search_read", domain, fields=["name"])
    assert sorted(module["name"] for module in installed) == sorted(own_addons())


def test_a_stranger_is_not_let_in(served):
    with pytest.raises(RpcError, match="not let in"):
        served.rpc("admin", "wrong")


def test_the_web_client_opens(served, page):
    served.sign_in(page)
    page.goto(f"{served.url}/odoo/contacts")
    page.wait_for_selector(".o_kanban_view, .o_list_view")
    assert "Contacts" in page.title()
