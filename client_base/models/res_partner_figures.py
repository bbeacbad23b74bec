from odoo import api, models
from odoo.exceptions import AccessError

MERGING = "client_base_merging"


class ResPartner(models.Model):
    """Figures on the card that are computed from other rows in bulk, by SQL, and by nothing else.

    Odoo's computed fields would be written client by client; these are plain fields, closed to
    everybody who is not the job that keeps them.
    """

    _inherit = "res.partner"

    @api.model
    def _get_figure_fields(self):
        """Return the names of the fields that jobs alone write."""
        return set()

    def _refresh_figures(self):
        """Compute the figures of these clients anew."""

    @api.model_create_multi
    def create(self, vals_list):
        # A default of the context would set a figure as well.
        defaults = self.default_get(list(self._get_figure_fields()))
        return super().create([self._without_figures({**defaults, **vals}) for vals in vals_list])

    def write(self, vals):
        return super().write(self._without_figures(vals))

    @api.model
    def _without_figures(self, vals):
        """Return ``vals``, in a merge without the figures, which are those of the other client.

        :raise AccessError: when a user sets a figure in another way
        """
        figures = {} if self.env.su else self._get_figure_fields() & vals.keys()
        if not figures:
            return vals
        if not self.env.context.get(MERGING):
            raise AccessError(
                self.env._("Segments, purchases and fit follow from orders, scores and decisions: they cannot be set.")
            )
        return {name: value for name, value in vals.items() if name not in figures}
