from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from .client_substitution import MOMENT


class ResPartner(models.Model):
    """A client whose manager is away: the card says who stands in, and it stays the manager's client."""

    _inherit = "res.partner"

    client_absence = fields.Char(
        string="Manager Away",
        compute="_compute_client_absence",
        help="Until when the client's manager is away, and who stands in.",
        groups="base.group_user",
    )

    @api.depends("client_owner_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_client_absence(self):
        running = self.env["client.substitution"]._get_running(self.client_owner_id).grouped("absent_id")
        for partner in self:
            partner.client_absence = self._format_absence(running.get(partner.client_owner_id))

    @api.model
    def _format_absence(self, substitutions):
        if not substitutions:
            return False
        return self.env._(
            "%(absent)s is away until %(end)s. Stands in: %(substitutes)s.",
            absent=substitutions.absent_id.name,
            end=format_datetime(self.env, max(substitutions.mapped("date_to")), dt_format=MOMENT),
            substitutes=", ".join(substitutions.substitute_id.mapped("name")),
        )

    def write(self, vals):
        # sudo: whose they were is compared afterwards, when the substitute may no longer read them
        owners = [(partner, partner.client_owner_id) for partner in self._get_lent_clients().sudo()]
        result = super().write(vals)
        for partner, owner in owners:
            if partner.client_owner_id != owner:
                raise AccessError(
                    self.env._(
                        "%(client)s stays the client of %(owner)s, for whom you stand in. "
                        "A team lead hands clients over.",
                        client=partner.name,
                        owner=owner.name,
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lent(self):
        lent = self._get_lent_clients()
        if lent:
            client = lent[0].sudo()  # sudo: the names are said to who sees them
            raise AccessError(
                self.env._(
                    "%(client)s belongs to %(owner)s, for whom you stand in: archive it, or have %(owner)s delete it.",
                    client=client.name,
                    owner=client.client_owner_id.name,
                )
            )

    def _get_lent_clients(self):
        """Return those of the partners that the current user sees only as a substitute."""
        scope = None if self.env.su else self.env.user._client_scope()
        if not scope:
            return self.browse()
        lent = set(scope) - set(self.env.user._client_standing_scope())
        # sudo: the owner may be compared, whoever asks
        return self.filtered(lambda partner: partner.sudo().client_owner_id.id in lent) if lent else self.browse()
