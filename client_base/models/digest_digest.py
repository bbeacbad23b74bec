from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """Contacts with clients and new clients in the periodic digest of the heads."""

    _inherit = "digest.digest"

    kpi_client_contacts = fields.Boolean("Contacts with Clients")
    kpi_client_contacts_value = fields.Integer(compute="_compute_kpi_client_contacts_value")
    kpi_client_new = fields.Boolean("New Clients")
    kpi_client_new_value = fields.Integer(compute="_compute_kpi_client_new_value")

    def _compute_kpi_client_contacts_value(self):
        self._check_client_kpi()
        contacts = self.env["client.interaction"]
        had = [*contacts._get_had_domain(), ("state", "!=", "open")]
        for digest, start, end in self._get_client_kpi_periods():
            digest.kpi_client_contacts_value = contacts.search_count([*had, ("date", ">=", start), ("date", "<", end)])

    def _compute_kpi_client_new_value(self):
        self._check_client_kpi()
        partners = self.env["res.partner"]
        for digest, start, end in self._get_client_kpi_periods():
            domain = [*partners._get_client_domain(), ("create_date", ">=", start), ("create_date", "<", end)]
            digest.kpi_client_new_value = partners.search_count(domain)

    def _get_client_kpi_periods(self):
        start, end, _companies = self._get_kpi_compute_parameters()
        return [(digest, start, end) for digest in self]

    def _check_client_kpi(self):
        if not self.env.user.has_group("client_base.group_client_own"):
            raise AccessError(self.env._("No level under Clients: these figures are left out of the digest."))

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("client_base.client_base_menu_root").id
        actions["kpi_client_contacts"] = f"client_base.client_interaction_action?menu_id={menu}"
        actions["kpi_client_new"] = f"client_base.client_action?menu_id={menu}"
        return actions
