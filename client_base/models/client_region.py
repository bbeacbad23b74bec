import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache, split_every

from ..tools.region_match import Claim, Place, RegionMatcher, read_cities, read_prefixes

PLACES_AT_ONCE = 10_000
PLACE_FIELDS = ("country_id", "state_id", "zip", "city")


class ClientRegion(models.Model):
    """A territory of the company's own making, matched to clients by their address."""

    _name = "client.region"
    _inherit = ["client.used.mixin"]
    _description = "Region"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, translate=True, string="Full Name"
    )
    parent_id = fields.Many2one("client.region", string="Part of", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("client.region", "parent_id", string="Parts")
    active = fields.Boolean(default=True)
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Clients with an address in these countries belong to the region, unless a region names their state, "
        "city or postal code.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        help="Clients with an address in these states belong to the region.",
    )
    zip_prefixes = fields.Char(
        string="Postal Codes",
        help="Beginnings of postal codes, e.g. 01, 03-05. With them, or with cities, the region claims only these of "
        "its countries and states.",
    )
    cities = fields.Text(help="Cities that belong to the region, divided by commas or lines.")
    note_ids = fields.One2many("client.region.note", "region_id", string="Notes")
    figure_ids = fields.One2many("client.region.figure", "region_id", string="Figures")
    client_count = fields.Integer(string="Clients", compute="_compute_client_count")

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for lang, _name in self.env["res.lang"].get_installed():
            # The names alone: with whatever else is read of a region, Odoo computes the full names of all that wait,
            # each within the other.
            for region in self.with_context(lang=lang, prefetch_fields=False):
                region.complete_name = " / ".join(part.name or "" for part in region._get_chain())

    def _get_chain(self):
        """Return what this region is a part of, the largest first, and the region itself."""
        chain = self
        while (whole := chain[0].parent_id) and whole not in chain:
            chain = whole + chain
        return chain

    @api.model
    def name_create(self, name):
        # What regions are called by, the full name, follows from this one.
        region = self.create({"name": name})
        return region.id, region.display_name

    def _compute_client_count(self):
        counts = self.env["res.partner"]._read_group(self._get_clients_domain(), ["client_region_id"], ["__count"])
        for region in self:
            path = region.parent_path or "-"
            region.client_count = sum(count for part, count in counts if (part.parent_path or "").startswith(path))

    @api.constrains("zip_prefixes", "cities", "country_ids", "state_ids")
    def _check_places(self):
        for region in self:
            try:
                narrows = read_prefixes(region.zip_prefixes) or read_cities(region.cities)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no beginning of postal codes, or too many postal codes at once. Divide them by "
                        "commas, as in: 01, 03-05, SW1A",
                        error,
                    )
                ) from error
            if narrows and not region.country_ids and not region.state_ids:
                raise ValidationError(
                    self.env._(
                        "%s: name the countries or states that these postal codes and cities lie in.", region.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self._check_parent(vals.get("parent_id"))
        self.env.registry.clear_cache()
        return super().write(vals)

    def _check_parent(self, parent_id):
        """Raise ValidationError where a region would become a part of itself, before Odoo says it in its own words."""
        if parent_id and self & self.browse(parent_id)._get_with_wholes():
            raise ValidationError(self.env._("A region cannot be a part of itself: choose another “Part of”."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("Clients lie in the region “%s”: archive it instead of deleting it.")
        self._refuse_where_used("res.partner", "client_region_id", words, self.env["res.partner"]._get_client_domain())
        words = self.env._("The passport of “%s” is written: archive the region instead of deleting it.")
        for model in ("client.region.note", "client.region.figure"):
            self._refuse_where_used(model, "region_id", words)
        words = self.env._("The region “%s” has parts: archive it instead of deleting it.")
        self._refuse_where_used("client.region", "parent_id", words, [("id", "not in", self.ids)])

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @ormcache()
    def _get_matcher(self):
        """Return what finds the region of an address, as the regions are defined now."""
        # Kept for everybody, also where whoever asks first looks at archived ones.
        regions = self.with_context(active_test=True).search([])  # pylint: disable=no-search-all
        return RegionMatcher(
            Claim(
                region.id,
                (region.parent_path or "").count("/"),
                frozenset(region.country_ids.ids),
                frozenset(region.state_ids.ids),
                read_prefixes(region.zip_prefixes),
                read_cities(region.cities),
            )
            for region in regions
        )

    def action_match_clients(self):
        """Give every client the region of its address, as the regions are defined now.

        Regions that were chosen by hand stay.  One pass over the table: each place is looked up once.
        """
        self.browse().check_access("write")
        partners = self.env["res.partner"].sudo()  # sudo: regions are of the whole base, not of the user's clients
        partners.flush_model([*PLACE_FIELDS, "client_region_id", "client_region_by"])
        self.env.cr.execute(
            SQL(
                """SELECT country_id, state_id, zip, city FROM res_partner
                    WHERE client_region_by IS DISTINCT FROM 'hand' OR client_region_id IS NULL GROUP BY 1, 2, 3, 4"""
            )
        )
        known = self.env.cr.fetchall()
        find = self.sudo()._get_matcher().find  # sudo: as above
        for places in split_every(PLACES_AT_ONCE, known, list):
            rows = []
            for place in places:
                region, matched_by = find(Place(*place))
                rows.append({**dict(zip(PLACE_FIELDS, place, strict=True)), "region": region, "matched_by": matched_by})
            self._write_places(rows)
        partners.invalidate_model(["client_region_id", "client_region_by"])

    def _write_places(self, rows):
        """Give the clients of each place in ``rows`` its region, where they have another."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET client_region_id = place.region, client_region_by = place.matched_by
                  FROM jsonb_to_recordset(%s::jsonb) AS place (
                       country_id int, state_id int, zip varchar, city varchar, region int, matched_by varchar)
                 WHERE partner.country_id IS NOT DISTINCT FROM place.country_id
                   AND partner.state_id IS NOT DISTINCT FROM place.state_id
                   AND partner.zip IS NOT DISTINCT FROM place.zip
                   AND partner.city IS NOT DISTINCT FROM place.city
                   AND (partner.client_region_by IS DISTINCT FROM 'hand' OR partner.client_region_id IS NULL)
                   AND (partner.client_region_id, partner.client_region_by)
                       IS DISTINCT FROM (place.region, place.matched_by)
             RETURNING partner.id
                """,
                json.dumps(rows),
            )
        )
        changed = self.env["res.partner"].browse([row[0] for row in self.env.cr.fetchall()])
        changed.invalidate_recordset(["client_region_id", "client_region_by"], flush=False)
        self.env["client.standard"]._refresh_clients(changed.ids)

    def _get_with_wholes(self):
        """Return these regions and all that they are parts of."""
        ids = {int(part) for region in self for part in (region.parent_path or "").split("/") if part}
        return self.browse(sorted(ids, reverse=True))

    def _get_latest_figures(self):
        """Return each indicator's latest figure of each region, with the one before: ``[(figure, former)]``.

        Figures of years to come are forecasts.
        """
        latest = {}
        this_year = fields.Date.context_today(self).year
        known = self.figure_ids.filtered(lambda figure: figure.year <= this_year)
        for figure in known.sorted(lambda figure: (-figure.region_id.parent_path.count("/"), -figure.year)):
            latest.setdefault((figure.region_id, figure.indicator_id), []).append(figure)
        return [(figures[0], figures[1] if len(figures) > 1 else None) for figures in latest.values()]

    def action_open_clients(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_action")
        return {**action, "domain": self._get_clients_domain(), "context": {}}

    def _get_clients_domain(self):
        """Return the domain of the clients in these regions and their parts."""
        return [*self.env["res.partner"]._get_client_domain(), ("client_region_id", "child_of", self.ids)]
