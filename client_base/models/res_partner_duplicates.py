from collections import Counter

from odoo import api, fields, models

# What clients are compared by.
COMPARED = {
    *("name", "vat", "ref", "email", "phone", "website", "country_id"),
    *("active", "client_open", "is_company", "parent_id"),
}


class ResPartner(models.Model):
    """A client's possible duplicates: every change of what it is known by has it compared again."""

    _inherit = "res.partner"

    client_duplicate_count = fields.Integer(
        string="Possible Duplicates", compute="_compute_client_duplicate_count", groups="base.group_user"
    )

    @api.depends_context("uid")
    def _compute_client_duplicate_count(self):
        counts = Counter()
        for name in ("one_id", "other_id"):
            domain = [("state", "=", "open"), (name, "in", self.ids)]
            for partner, count in self.env["client.duplicate"]._read_group(domain, [name], ["__count"]):
                counts[partner.id] += count
        for partner in self:
            partner.client_duplicate_count = counts[partner._origin.id]

    def _get_duplicate_domain(self):
        return ["&", ("state", "=", "open"), "|", ("one_id", "in", self.ids), ("other_id", "in", self.ids)]

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        self.env["client.key"]._mark(partners.ids)
        return partners

    def write(self, vals):
        result = super().write(vals)
        if COMPARED & vals.keys():
            self.env["client.key"]._mark(self.ids)
        return result

    def _refresh_figures(self):
        super()._refresh_figures()
        self.env["client.key"]._mark(self.ids)

    def _get_card_tiles(self):
        tiles = super()._get_card_tiles()
        if self.client_duplicate_count:
            tiles.append(
                {
                    "title": self.env._("Possible Duplicates"),
                    "text": str(self.client_duplicate_count),
                    "detail": self.env._("Look whether it is the same client"),
                    "tone": "warning",
                    "call": "action_open_duplicates",
                }
            )
        return tiles

    def action_open_duplicates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_duplicate_action")
        return {**action, "domain": self._get_duplicate_domain(), "context": {}}
