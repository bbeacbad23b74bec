from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..search import find_fault, parse_domain


class ClientStandard(models.Model):
    """What must be known about a kind of client."""

    _name = "client.standard"
    _description = "Data Standard"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        string="Applies to",
        required=True,
        default="[('is_company', '=', True)]",
        help="The clients that must meet this standard.",
    )
    usable = fields.Boolean(
        string="Can Be Used",
        compute="_compute_usable",
        help="Not where the filter names a field whose addon was uninstalled: nothing is required by it then.",
    )
    requirement_ids = fields.One2many("client.requirement", "standard_id", string="Required", copy=True)

    @api.depends("domain")
    def _compute_usable(self):
        for standard in self:
            standard.usable = not find_fault(standard.domain, self.env["res.partner"])

    @api.constrains("domain")
    def _check_domain(self):
        for standard in self:
            if fault := find_fault(standard.domain, self.env["res.partner"]):
                raise ValidationError(
                    self.env._(
                        "“%(standard)s”: the filter under “Applies to” cannot be used. Choose it again. (%(error)s)",
                        standard=standard.name,
                        error=fault,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if {"domain", "active"} & vals.keys():
            self._refresh_soon()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh_soon()
        return result

    def _get_domain(self):
        """Return the domain of the clients that this standard applies to.

        :raise ValueError: when the stored text is no domain
        """
        return parse_domain(self.domain)

    def _get_requirements(self, clients):
        """Return what is required of each of ``clients``: ``{client: requirements}``."""
        required = dict.fromkeys(clients, self.env["client.requirement"])
        for standard in self.filtered("usable"):
            for client in clients.filtered_domain(standard._get_domain()):
                required[client] |= standard.requirement_ids
        return required
