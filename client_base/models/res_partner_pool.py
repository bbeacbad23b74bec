from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_users import POOL_PARAMETER


class ResPartner(models.Model):
    """Clients without an owner: managers take them, or ask for them, where the settings let them."""

    _inherit = "res.partner"

    client_pool = fields.Char(
        string="Free Pool",
        compute="_compute_client_pool",
        help="What the user may do about a client without an owner: “claim”, “request”, or nothing.",
    )

    @api.depends("client_owner_id")
    @api.depends_context("uid")
    def _compute_client_pool(self):
        # sudo: how the pool is shared is no secret
        shared = self.env["ir.config_parameter"].sudo().get_param(POOL_PARAMETER, "closed")
        if self.env.user.has_group("client_base.group_client_team"):
            shared = "claim"
        manages = self.env.user.has_group("client_base.group_client_own")
        for partner in self:
            free = manages and not partner.client_owner_id and not partner.client_open
            partner.client_pool = shared if free and shared != "closed" else False

    def action_claim_client(self):
        """Take a client without an owner; of two who press at once the first gets it."""
        self.ensure_one()
        self._check_client_pool("claim")
        client = self.commercial_partner_id.sudo()  # sudo: nobody's client is nobody's to edit
        client.lock_for_update()
        client.invalidate_recordset(["user_id"])
        if client.user_id:
            raise UserError(self.env._("Somebody was faster: this client has a manager now."))
        client.user_id = self.env.user

    def action_request_client(self):
        """Ask the lead for a client without an owner: once, whoever asks again."""
        self.ensure_one()
        self._check_client_pool("request")
        lead = self.env.user.sale_team_id.sudo().user_id  # sudo: everybody may know own team's lead
        if not lead:
            raise UserError(self.env._("Your sales team has no lead to ask. Ask the head of sales."))
        summary = self.env._("%s asks for this client", self.env.user.name)
        # sudo: whoever asks may not plan activities of a client that is not his yet
        client = self.commercial_partner_id.sudo()
        if summary not in client.activity_ids.filtered(lambda activity: activity.user_id == lead).mapped("summary"):
            client.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=lead.id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s was asked to give you this client.", lead.name),
            },
        }

    def _check_client_pool(self, wanted):
        self.check_access("read")
        if self.client_pool not in (wanted, "claim"):
            raise AccessError(self.env._("Clients without an owner are given out by the team leads. Ask yours."))
