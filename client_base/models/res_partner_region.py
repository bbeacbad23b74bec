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
    )

    @api.depends("country_id", "state_id", "zip", "city")
    def _compute_client_region_id(self):
        found = self.filtered(lambda partner: partner.client_region_by != "hand")
        for partner in self - found:
            partner.client_region_id = partner.client_region_id
            partner.client_region_by = "hand"
        if not found:
            return
        # sudo: regions are common knowledge, and address changes come from any user
        find = self.env["client.region"].sudo()._get_matcher().find
        for partner in found:
            place = Place(partner.country_id.id, partner.state_id.id, partner.zip, partner.city)
            partner.client_region_id, partner.client_region_by = find(place)

    @api.onchange("client_region_id")
    def _onchange_client_region_id(self):
        self.client_region_by = "hand" if self.client_region_id else False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_region_hand(vals) for vals in vals_list])

    def write(self, vals):
        result = super().write(self._with_region_hand(vals))
        if "client_region_id" in vals and not vals["client_region_id"]:
            self.env.add_to_compute(self._fields["client_region_id"], self)
        return result

    @api.model
    def _with_region_hand(self, vals):
        """Return ``vals`` with the note that their region was chosen by hand."""
        if "client_region_id" not in vals:
            return vals
        return {**vals, "client_region_by": "hand" if vals["client_region_id"] else False}

    def _get_panel_region(self):
        region = self.client_region_id
        # What holds for the whole holds for its parts: the passport of a part shows both.
        regions = region._get_with_wholes()
        notes = regions.note_ids
        kinds = notes._fields["kind"]._description_selection(self.env)
        return {
            "region": region,
            "how": dict(self._fields["client_region_by"]._description_selection(self.env)).get(self.client_region_by),
            "figures": regions._get_latest_figures(),
            "kinds": [(name, notes.filtered(lambda note, kind=kind: note.kind == kind)) for kind, name in kinds],
            "stale_count": len(notes.filtered("stale")),
        }
