from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.notification import make_closing_notification

# The type of the activities by which managers ask for a client.
REQUEST = "client_base.mail_activity_data_client_request"


class ResPartner(models.Model):
    """Clients without an owner: managers take them, or ask for them, where the settings let them."""

    _inherit = "res.partner"

    client_requester_id = fields.Many2one(
        "res.users",
        string="Asked for by",
        compute="_compute_client_requester_id",
        help="Who asked first.",
        groups="base.group_user",
    )
    client_pool = fields.Char(
        string="Free Pool",
        compute="_compute_client_pool",
        help="What the user may do about a client without an owner: “claim”, “request”, or nothing.",
        groups="base.group_user",
    )
    client_asked = fields.Char(
        string="Asked for",
        compute="_compute_client_asked",
        help="That the user has asked for this client, and who decides.",
        groups="base.group_user",
    )

    @api.depends("client_owner_id")
    @api.depends_context("uid")
    def _compute_client_pool(self):
        shared = self.env.user._client_pool_sharing()
        if self.env.user.has_group("client_base.group_client_team"):
            shared = "claim"
        manages = self.env.user.has_group("client_base.group_client_own")
        for partner in self:
            free = manages and not partner.client_owner_id and not partner.client_open
            partner.client_pool = shared if free and shared != "closed" else False

    @api.depends("activity_ids.activity_type_id")
    def _compute_client_requester_id(self):
        for partner in self:
            # sudo: whether a colleague is still there
            requesters = partner._get_requests().sorted("id").create_uid.sudo().filtered("active")
            partner.client_requester_id = requesters[:1].sudo(False)

    @api.depends("activity_ids.activity_type_id", "client_owner_id")
    @api.depends_context("lang", "uid")
    def _compute_client_asked(self):
        for partner in self:
            # sudo: one's own requests, which are for others to answer, and the names of these
            requests = partner.sudo()._get_requests().filtered(lambda request: request.create_uid == self.env.user)
            names = ", ".join(requests.user_id.mapped("name"))
            asked = self.env._("You have asked for this client. Who decides: %s.", names) if requests else False
            partner.client_asked = not partner.client_owner_id and asked

    def _get_requests(self):
        """Return the open activities by which managers ask for this client."""
        kind = self._get_request_type_id()
        return self.activity_ids.filtered(lambda activity: activity.activity_type_id.id == kind)

    @api.model
    def _get_request_type_id(self):
        """Return the id of the type of these activities; ``False`` before it is installed."""
        return self.env["ir.model.data"]._xmlid_to_res_id(REQUEST)

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
        user = self.env.user
        asked = user._client_deciders(user.sale_team_id.sudo().user_id)  # sudo: everybody may know own team's lead
        if not asked:
            raise UserError(self.env._("Your sales team has no lead to ask. Ask the head of sales."))
        # sudo: whoever asks may not plan activities of a client that is not his yet
        client = self.commercial_partner_id.sudo()
        if user not in client._get_requests().create_uid:
            for decider in asked:
                told = client._in_language_of(decider)
                told.activity_schedule(
                    REQUEST, summary=told.env._("%s asks for this client", user.name), user_id=decider.id
                )
        # The card says so from now on.
        return make_closing_notification(
            self.env._("%s was asked to give you this client.", ", ".join(asked.mapped("name")))
        )

    def action_give_client(self):
        """Make who asked first the client's manager, which closes all requests for it."""
        for client in self:
            owner = client.client_requester_id
            if not owner or client.client_owner_id:
                raise UserError(self.env._("%s has a manager already, or nobody asks for it.", client.display_name))
            client.user_id = owner

    def _close_requests(self):
        """Close the requests for these clients, which have managers now."""
        requests = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self._get_request_type_id()),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
            ]
        )
        for owner, answered in requests.grouped(lambda request: request.client_partner_id.client_owner_id).items():
            answered.action_feedback(feedback=self.env._("The client was given to %s.", owner.name))

    def _check_client_pool(self, wanted):
        self.check_access("read")
        if self.client_pool not in (wanted, "claim"):
            raise AccessError(self.env._("Clients without an owner are given out by the team leads. Ask yours."))
