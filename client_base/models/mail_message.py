from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.mail.tools.discuss import Store


class MailMessage(models.Model):
    """What a substitute writes or changes on the absent manager's clients says for whom."""

    _inherit = "mail.message"

    client_for_id = fields.Many2one(
        "res.users",
        string="Done for",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The manager of the client, for whom the author stood in.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        marks = self._get_client_marks(vals_list)
        vals_list = [{**vals, "client_for_id": mark} for vals, mark in zip(vals_list, marks, strict=True)]
        return super().create(vals_list)

    def write(self, vals):
        if "client_for_id" in vals and not self.env.su:
            raise AccessError(self.env._("For whom a message was written is noted by itself."))
        return super().write(vals)

    @api.model
    def _get_client_marks(self, vals_list):
        """Return for each of the new messages the id of the user for whom it is written, or False."""
        absent = set(self.env.user._client_stood_in_for())
        if not absent:
            return [False] * len(vals_list)
        return [self._get_client_mark(vals, absent) for vals in vals_list]

    @api.model
    def _get_client_mark(self, vals, absent):
        author = vals.get("author_id", self.env.user.partner_id.id)
        if author != self.env.user.partner_id.id or not vals.get("res_id") or vals.get("model") not in self.env:
            return False
        owners = self.env[vals["model"]].browse(vals["res_id"])._get_client_owners()
        return next((owner.id for owner in owners.get(vals["res_id"], ()) if owner.id in absent), False)

    def _to_store_defaults(self, target):
        fields_ = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            # sudo: only the name of a colleague
            fields_.append(Store.Attr("client_for", value=lambda message: message.sudo().client_for_id.name))
        return fields_
