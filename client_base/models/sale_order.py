from odoo import api, models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.constrains("partner_id", "user_id")
    def _check_salesperson_sees_client(self):
        """Documents follow the client: nobody gets an order that he then could not open."""
        for order in self:
            # sudo: whether it fits is told to whoever enters it; names below only to who may read them
            client, salesperson = order.sudo().partner_id, order.sudo().user_id
            scope = salesperson._client_scope()
            if scope is None or client.client_open or client.client_owner_id.id in scope:
                continue
            raise ValidationError(
                self.env._(
                    "%(salesperson)s does not see the client %(client)s. Choose the client's manager as the "
                    "salesperson (%(owner)s), or hand the client over first.",
                    salesperson=salesperson.name,
                    client=order.partner_id.display_name,
                    owner=client.client_owner_id.name or self.env._("nobody yet"),
                )
            )
