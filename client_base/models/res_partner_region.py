from odoo import api, fields, models

from ..tools.region_match import Place


class ResPartner(models.Model):
    """The region a client lies in."""

    _inherit = "res.partner"

    client_region_id = fields.Many2one(
        "client.region",
        string="Region",
        compute="_compute_client_region_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        help="Found by the address. One that you choose yourself stays until you empty it.",
        prefetch="client",
        groups="base.group_user",
    )
    client_region_by = fields.Selection(
        [
            ("hand", "chosen by hand"),
            ("zip", "by the postal code"),
            ("city", "by the city"),
            ("state", "by the state"),
            ("country", "by the country"),
        ],
        string="Region Found",
        compute="_compute_client_region_id",
        store=True,
        help="What of the address decided on the region.",
        prefetch="client",
        groups="base.group_user",
    )

    @api.depends("country_id", "state_id", "zip", "city")
    def _compute_client_region_id(self):
        # One that was chosen and then deleted is chosen no more.
        chosen = self.filtered(lambda partner: partner.client_region_by == "hand" and partner.client_region_id)
        for partner in chosen:
            partner.client_region_id = partner.client_region_id
            partner.client_region_by = "hand"
        for partner in self - chosen:
            partner.client_region_id, partner.client_region_by = partner._find_region()

    def _find_region(self):
        """Return which region the address says, and by what of it: ``(region id, matched by)``."""
        # sudo: regions are common knowledge, and address changes come from any user
        find = self.env["client.region"].sudo()._get_matcher().find
        return find(Place(self.country_id.id, self.state_id.id, self.zip, self.city))

    @api.onchange("client_region_id")
    def _onchange_client_region_id(self):
        region_id, matched_by = self._find_region()
        if self.client_region_id.id == region_id:
            self.client_region_by = matched_by
        else:
            self.client_region_by = "hand" if self.client_region_id else False

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered(lambda partner: partner.client_region_id and not partner.client_region_by)._settle_region()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "client_region_id" in vals:
            self._settle_region()
        return result

    def _settle_region(self):
        """Keep the region that was written where the address says another; else it follows the address."""
        # A form writes also what it found by the address, as if somebody had chosen it.
        chosen = self.filtered(
            lambda partner: partner.client_region_id and partner.client_region_id.id != partner._find_region()[0]
        )
        chosen.client_region_by = "hand"
        others = self - chosen
        others.client_region_by = False
        self.env.add_to_compute(self._fields["client_region_id"], others)

    def _get_panel_region(self):
        region = self.client_region_id
        # What holds for the whole holds for its parts: the passport of a part shows both.
        regions = region._get_with_wholes()
        notes = regions.note_ids
        kinds = notes._get_selection_words("kind").items()
        return {
            "region": region,
            "how": self._get_selection_words("client_region_by").get(self.client_region_by),
            "figures": regions._get_latest_figures(),
            "kinds": [(name, notes.filtered(lambda note, kind=kind: note.kind == kind)) for kind, name in kinds],
            "stale_count": len(notes.filtered("stale")),
        }
