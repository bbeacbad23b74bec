from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """A client that belongs to one of our companies has a manager who works for it."""

    _inherit = "res.partner"

    @api.constrains("user_id", "company_id")
    def _check_owner_works_for_company(self):
        if self.env.uid == SUPERUSER_ID or self.env.user.share:
            # No colleague is there to choose again: a web shop's customer, say, is to be served all the same.
            return
        for client in self.filtered("company_id"):
            # sudo: for which companies a colleague works
            owner, company = client.user_id.sudo(), client.company_id
            if not owner or company in owner.company_ids or client.client_open:
                continue
            if client.commercial_partner_id == client:
                raise ValidationError(
                    self.env._(
                        "%(owner)s does not work for %(company)s, to which the client %(client)s belongs. Choose a "
                        "manager who does.",
                        owner=owner.name,
                        company=company.name,
                        client=client.name,
                    )
                )
