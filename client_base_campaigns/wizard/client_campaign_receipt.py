from odoo import fields, models
from odoo.exceptions import UserError

from ..models.client_campaign_recipient import ANSWERS, NOTHING_SENT


class ClientCampaignReceipt(models.TransientModel):
    """Notes receipts that did not come by the personal page: a call, a reply elsewhere, a delivery slip."""

    _name = "client.campaign.receipt"
    _description = "Note a Receipt"

    recipient_ids = fields.Many2many("client.campaign.recipient", required=True, string="Recipients")
    how = fields.Selection(
        [("manager", "The client said so"), ("reply", "The client replied in writing"), ("slip", "Delivery slip")],
        required=True,
        default="manager",
    )
    note = fields.Char(string="Number of the Slip, or Other Proof")
    answer = fields.Selection(ANSWERS)
    no_reason = fields.Char(string="Why Not")
    result = fields.Text(string="What Came of It")

    def action_note(self):
        self.ensure_one()
        recipients = self.recipient_ids.filtered(lambda one: one.delivery not in NOTHING_SENT)
        if not recipients:
            raise UserError(self.env._("Nothing was sent to these clients yet."))
        if "closed" in recipients.mapped("campaign_state"):
            raise UserError(
                self.env._(
                    "A closed campaign stays as it was summed up. Enter what the client said in its contact register."
                )
            )
        recipients.check_access("write")
        # sudo: managers may note a receipt, and nothing else of the delivery
        recipients.sudo()._confirm_receipt(self.how, answer=self.answer, note=self.note)
        values = {name: self[name] for name in ("no_reason", "result") if self[name]}
        if values:
            recipients.write(values)
        return {"type": "ir.actions.act_window_close"}
