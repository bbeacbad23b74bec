from odoo import fields, models
from odoo.fields import Domain

LARGEST = 10


class ClientAuditCheck(models.Model):
    """A line of the scorecard may say how much of the turnover hangs on few clients."""

    _inherit = "client.audit.check"

    measure = fields.Selection(
        selection_add=[("largest", "Percent of the turnover, of the ten largest")],
        ondelete={"largest": "set default"},
    )

    def _get_figure(self, clients):
        if self.measure != "largest":
            return super()._get_figure(clients)
        largest = self._get_largest()
        [[total]] = largest._read_group(self._get_buyers_domain(), [], ["turnover_year:sum"])
        brought = sum(largest.mapped("turnover_year"))
        return len(largest), 100 * brought / total if total else 0

    def _get_unit(self):
        return " %" if self.measure == "largest" else super()._get_unit()

    def _get_largest(self):
        """Return the standings of the largest clients: of those whom the user sees."""
        return self.env["client.standing"].search(
            self._get_buyers_domain(), order="turnover_year DESC, id", limit=LARGEST
        )

    def _get_buyers_domain(self):
        clients = Domain("partner_id", "any", self._get_domain())
        return clients & Domain("company_id", "=", self.env.company.id) & Domain("turnover_year", ">", 0)

    def action_open_rows(self):
        action = super().action_open_rows()
        if self.measure == "largest":
            action["domain"] = [("id", "in", self._get_largest().partner_id.ids)]
        return action
