from odoo import api, fields, models


class ResPartner(models.Model):
    """How complete a client's data are, judged by the standards that apply to it."""

    _inherit = "res.partner"

    client_completeness = fields.Float(
        string="Completeness",
        compute="_compute_client_completeness",
        compute_sudo=True,
        store=True,
        aggregator="avg",
        help="Percent of what the data standards require of this client. 100 where they require nothing.",
        prefetch="client",
        groups="base.group_user",
    )
    client_missing_ids = fields.Many2many(
        "client.requirement",
        "client_missing_rel",
        "partner_id",
        "requirement_id",
        string="Missing Data",
        compute="_compute_client_completeness",
        compute_sudo=True,
        store=True,
        groups="base.group_user",
    )

    # How many of a manager's cards are filled.
    _client_complete_index = models.Index(
        "(client_owner_id) WHERE (parent_id IS NULL OR is_company IS TRUE) AND active IS TRUE"
        " AND client_completeness >= 100"
    )

    @api.model
    def _get_client_checkable_fields(self):
        """Return the names of the fields that a data standard may require; addons add theirs."""
        return [
            "category_id",
            "city",
            "client_employees",
            "client_owner_id",
            "client_region_id",
            "company_registry",
            "country_id",
            "email",
            "industry_id",
            "lang",
            "phone",
            "ref",
            "state_id",
            "street",
            "vat",
            "website",
            "zip",
        ]

    @api.depends(
        lambda self: [
            *self._get_client_checkable_fields(),
            *("active", "client_open", "is_company", "parent_id"),
            *("child_ids.is_company", "child_ids.phone", "child_ids.type"),
            *("client_channel_id", "client_invalid", "client_next_contact"),
            *(f"client_member_ids.{name}" for name in ("confirmed_on", "date_from", "date_to", "role_id.decides")),
        ]
    )
    def _compute_client_completeness(self):
        clients = self.filtered_domain(self._get_client_domain())
        standards = self.env["client.standard"].with_context(active_test=True)
        required = standards.search([])._get_requirements(clients)  # pylint: disable=no-search-all

        def judge(partner):
            requirements = required.get(partner, self.env["client.requirement"])
            missing = requirements._get_unmet(partner)
            weight = sum(requirements.mapped("weight"))
            return missing, 100 * (1 - sum(missing.mapped("weight")) / weight) if weight else 100

        # All of one judgement together: for each of them the ORM would ask and write what is missing by itself.
        for (missing, completeness), partners in self.grouped(judge).items():
            partners.client_missing_ids = missing
            partners.client_completeness = completeness

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._close_gap_tasks()
        return partners

    def write(self, vals):
        result = super().write(vals)
        self._close_gap_tasks()
        return result

    def _close_gap_tasks(self):
        """Close what the clients' managers were asked to find out, where this was the last of it."""
        # sudo: whoever enters it; few managers are asked at a time
        tasks = self.env["client.gap.task"].sudo()
        asked = tasks._get_asked_owners()
        owners = asked and {owner_id for owner_id in self.sudo().mapped("client_owner_id.id") if owner_id in asked}
        if owners:
            tasks._close_filled(owners)
