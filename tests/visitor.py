"""A signed-in browser without a screen, for tests that ask Odoo's addresses directly."""

import re

import requests

PASSWORD = "demo"


class Visitor:
    """A signed-in browser without a screen."""

    def __init__(self, served, login, password=PASSWORD):
        self.url, self.database = served.url, served.database
        self.session = requests.Session()
        self.session.trust_env = False
        credentials = {"db": served.database, "login": login, "password": password}
        self.uid = self.ask_json("/web/session/authenticate", credentials)["result"]["uid"]
        page = self.session.get(f"{self.url}/odoo", timeout=60).text
        self.csrf = re.search(r'csrf_token: "([^"]+)"', page)[1]
        self.password = password

    def ask_json(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        response = self.session.post(f"{self.url}{path}", json=body, timeout=60)
        return response.json() if "json" in response.headers["Content-Type"] else {"error": said(response)}

    def call(self, model, method, *args, **kwargs):
        return self.ask_json(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def get(self, path):
        return self.session.get(f"{self.url}{path}", timeout=60)

    def post(self, path, **data):
        return self.session.post(f"{self.url}{path}", data={"csrf_token": self.csrf, **data}, timeout=60)


def said(response):
    """Return status and body of a response as text."""
    return f"{response.status_code} {response.content.decode(errors='replace')}"


def own_client(visitor):
    """Return the id of a client of the visitor's that has ordered."""
    domain = [("is_company", "=", True), ("client_open", "=", False), ("client_order_count", ">", 0)]
    return visitor.call("res.partner", "search", domain, limit=1)["result"][0]
