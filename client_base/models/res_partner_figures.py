from odoo import api, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """Figures on the card that are computed from other rows in bulk, by SQL, and by nothing else.

    Odoo's computed fields would be written client by client; these are plain fields, closed to
    everybody who is not the job that keeps them.
    """

    _inherit = "res.partner"

    @api.model
    def _get_figure_fields(self):
        """Return the names of the fields that nobody writes: jobs do, or they follow from other fields.

        Whose client a partner is follows from the salesperson of its company.
        """
        return {"client_open", "client_owner_id", "client_released", "commercial_partner_id"}

    def _refresh_figures(self):
        """Compute the figures of these clients anew."""

    @api.model_create_multi
    def create(self, vals_list):
        # A default of the context would set a figure as well.
        defaults = self.default_get(list(self._get_figure_fields()))
        for vals in vals_list:
            self._check_figures({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        self._check_figures(vals)
        return super().write(vals)

    @api.model
    def _check_figures(self, vals):
        """Raise AccessError when a user sets a figure by ``vals``."""
        if not self.env.su and self._get_figure_fields() & vals.keys():
            raise AccessError(
                self.env._(
                    "Manager, segments, purchases and fit follow from salesperson, orders, scores and decisions: "
                    "they cannot be set."
                )
            )
