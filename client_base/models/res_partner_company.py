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
        for client in self.filtered(lambda partner: partner == partner.commercial_partner_id):
            if refusal := client._get_refusal_of_owner(client.user_id):
                raise ValidationError(refusal)

    def _get_refusal_of_owner(self, owner):
        """Return why ``owner`` cannot have this client, which he would not see; an empty text where he can."""
        if not owner or not self.company_id or self.client_open or self.company_id in owner._get_client_companies():
            return ""
        return self.env._(
            "%(owner)s does not work for %(company)s, to which the client %(client)s belongs. Choose a "
            "manager who does.",
            owner=owner.sudo().name,  # sudo: a colleague of another company, maybe
            company=self.company_id.sudo().name,  # sudo: maybe one that the user does not work for
            client=self.name,
        )
