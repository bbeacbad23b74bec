from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientRegion(models.Model):
    """A territory of the company's own making, matched to clients by their address."""

    _name = "client.region"
    _description = "Region"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(compute="_compute_complete_name", recursive=True, store=True, string="Full Name")
    parent_id = fields.Many2one("client.region", string="Part of", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("client.region", "parent_id", string="Parts")
    active = fields.Boolean(default=True)
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Clients with an address in these countries belong to the region, unless a region names their state.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        help="Clients with an address in these states belong to the region.",
    )
    client_count = fields.Integer(string="Clients", compute="_compute_client_count")

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for region in self:
            parent = region.parent_id.complete_name
            region.complete_name = f"{parent} / {region.name}" if parent else region.name

    def _compute_client_count(self):
        counts = self.env["res.partner"]._read_group(self._get_clients_domain(), ["client_region_id"], ["__count"])
        for region in self:
            path = region.parent_path or "-"
            region.client_count = sum(count for part, count in counts if (part.parent_path or "").startswith(path))

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A region cannot be a part of itself: choose another “Part of”."))

    @api.model
    def _get_match(self):
        """Return a function that gives the region of a partner by its address.

        The state decides before the country; of two regions that name the same place, the one
        deeper in the tree.
        """
        by_state, by_country = {}, {}
        regions = self.search([])  # pylint: disable=no-search-all
        regions = regions.sorted(lambda region: ((region.parent_path or "").count("/"), -region.id))
        for region in regions:
            by_state.update(dict.fromkeys(region.state_ids, region))
            by_country.update(dict.fromkeys(region.country_ids, region))

        def match(partner):
            region = by_state.get(partner.state_id) or by_country.get(partner.country_id)
            return region or self.browse()

        return match

    def action_match_clients(self):
        """Give every client the region of its address, as the regions are defined now."""
        domain = ["|", ("country_id", "!=", False), ("client_region_id", "!=", False)]
        partners = self.env["res.partner"].with_context(active_test=False).search(domain)
        self.env.add_to_compute(partners._fields["client_region_id"], partners)
        partners.flush_recordset(["client_region_id"])

    def action_open_clients(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_action")
        return {**action, "domain": self._get_clients_domain(), "context": {}}

    def _get_clients_domain(self):
        """Return the domain of the clients in these regions and their parts."""
        return [*self.env["res.partner"]._get_client_domain(), ("client_region_id", "child_of", self.ids)]
