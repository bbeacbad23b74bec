from odoo import fields, models
from odoo.tools import SQL


class ClientGapReport(models.Model):
    """One row for each thing that is missing at a client: who must find out what."""

    _name = "client.gap.report"
    _description = "Missing Data"
    _auto = False
    _rec_name = "partner_id"
    _order = "partner_id, requirement_id"

    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    requirement_id = fields.Many2one("client.requirement", string="Missing", readonly=True)
    owner_id = fields.Many2one("res.users", string="Client's Manager", readonly=True)
    region_id = fields.Many2one("client.region", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    completeness = fields.Float(readonly=True, aggregator="avg")

    _depends = {
        "res.partner": [
            "active",
            "client_completeness",
            "client_missing_ids",
            "client_owner_id",
            "client_region_id",
            "country_id",
        ],
    }

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    def _select(self):
        # One number out of two keys, so that a row keeps its id whatever else is missing.
        return SQL(
            """
            SELECT (missing.partner_id::bigint << 16) + missing.requirement_id AS id,
                   missing.partner_id,
                   missing.requirement_id,
                   partner.client_owner_id AS owner_id,
                   partner.client_region_id AS region_id,
                   partner.country_id,
                   partner.client_completeness AS completeness
            """
        )

    def _from(self):
        return SQL("FROM client_missing_rel missing JOIN res_partner partner ON partner.id = missing.partner_id")

    def _where(self):
        return SQL("WHERE partner.active")

    def action_open_client(self):
        return self.partner_id.get_formview_action()
