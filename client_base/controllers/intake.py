from odoo import http
from odoo.http import request

from ..parameters import INTAKE_WEB

# Where the addon ``website`` is installed, its layout of pages needs to be told.
PAGE = {"type": "http", "auth": "public", "website": True, "sitemap": False}
LENGTHS = {"name": 200, "person": 200, "phone": 60, "email": 200, "text": 5000}


class IntakeController(http.Controller):
    """The form on which a visitor leaves how to be reached; it is there where the setting says so."""

    @http.route("/client/request", methods=["GET"], **PAGE)
    def show(self):
        self._check_open()
        return self._render({})

    @http.route("/client/request", methods=["POST"], **PAGE)
    def send(self, website="", **said):
        self._check_open()
        # A database keeps no NUL.
        values = {name: (said.get(name) or "").replace("\0", "").strip()[:length] for name, length in LENGTHS.items()}
        if not values["name"] or not (values["phone"] or values["email"]):
            return self._render(values, missing=True)
        # The field "website" is hidden from people: who fills it in is a robot, and told nothing.
        if not website:
            # sudo: a visitor leaves a card, and reads none
            request.env["client.intake"].sudo().create({**values, "source": "web", "owner_id": False})
        return self._render({}, thanks=True)

    def _check_open(self):
        # sudo: whether the form is open is no secret
        if not request.env["ir.config_parameter"].sudo().get_param(INTAKE_WEB):
            raise request.not_found()

    def _render(self, values, **state):
        return request.render("client_base.intake_form", {"values": values, **state})
