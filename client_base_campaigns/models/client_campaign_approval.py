from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..parameters import APPROVAL
from .client_campaign_offer import INLINE_TEXTS, PAGE_TEXTS

# Whoever approved the campaign approved these, and the group: see _forget_approval.
APPROVED_FIELDS = {
    *(*INLINE_TEXTS, *PAGE_TEXTS, "script", "reminder_text", "attachment_ids"),
    *("user_id", "budget", "approver_id", "with_receipt"),
}
APPROVAL_TASK = "client_base_campaigns.mail_activity_approve"


class ClientCampaign(models.Model):
    """The approval: who is asked, what was decided, and what takes it away again."""

    _inherit = "client.campaign"

    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    approval = fields.Selection(
        [("none", "Not asked for"), ("asked", "Asked for"), ("approved", "Approved"), ("refused", "Refused")],
        default="none",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approver_id = fields.Many2one(
        "res.users",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("client_base.group_client_admin").id)],
        ondelete="set null",
    )
    approved_on = fields.Datetime(readonly=True, copy=False)

    def _compute_needs_approval(self):
        # sudo: whether campaigns are approved is no secret
        self.needs_approval = self.env["ir.config_parameter"].sudo().get_param(APPROVAL) == "True"

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(field_name, translations, digest, source_lang)
        if field_name in APPROVED_FIELDS:
            self._forget_approval()
        return result

    def write(self, vals):
        result = super().write(vals)
        if APPROVED_FIELDS & vals.keys() and "approval" not in vals:
            self._forget_approval()
        if "approver_id" in vals:
            for campaign in self.filtered(lambda campaign: campaign.approval == "asked"):
                campaign._ask_approver()
        return result

    def _forget_approval(self):
        """What was changed since is not what was approved: the message, or who is in the group."""
        # sudo: whoever changes the campaign cannot but take its approval away
        self.sudo().filtered(
            lambda one: one.approval == "approved" and one.state in ("draft", "group", "offer")
        )._take_step(approval="none", approved_on=False)

    def action_ask_approval(self):
        self.ensure_one()
        self._check_state("offer")
        self._check_offer()
        if not self.approver_id:
            raise UserError(self.env._("Choose who is to approve the campaign."))
        self._take_step(approval="asked")
        self._ask_approver()

    def _ask_approver(self):
        """Put the question on the desk of who is to approve by now, and take it from who was to before."""
        asked = self.activity_search([APPROVAL_TASK])
        # sudo: the task is the former approver's
        asked.filtered(lambda task: task.user_id != self.approver_id).sudo().unlink()
        if self.approver_id and not asked.exists():
            told = self._in_language_of(self.approver_id)
            self.activity_schedule(
                APPROVAL_TASK,
                summary=told.env._("Approve the campaign “%s”", self.name),
                user_id=self.approver_id.id,
            )

    def action_approve(self):
        self._decide("approved")

    def action_refuse(self):
        self._decide("refused")

    def _decide(self, approval):
        self.ensure_one()
        if not self.env.user.has_group("client_base.group_client_admin"):
            raise AccessError(self.env._("Campaigns are approved by an administrator of the client base."))
        self._check_state("offer")
        self._take_step(
            approval=approval,
            approver_id=self.env.uid,
            approved_on=fields.Datetime.now() if approval == "approved" else False,
        )
        self.activity_feedback([APPROVAL_TASK])
