from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError


class ClientCampaignOutbox(models.AbstractModel):
    """Hands over what goes by other ways than e-mail: to the SMS queue, to managers' tasks, to the printer.

    It writes to the database only, in the transaction that ends the "queued": all of it holds, or none.
    """

    _name = "client.campaign.outbox"
    _description = "Campaign Outbox"

    @api.model
    def _hand_over(self, deliveries):
        for channel, group in deliveries.try_lock_for_update().grouped("channel").items():
            queued = group.filtered(lambda delivery: delivery.state == "queued")
            willing = queued - queued._settle_unwilling()
            if channel == "sms":
                self._queue_sms(willing)
            else:
                self._make_tasks(channel, willing)

    @api.model
    def _queue_sms(self, deliveries):
        """Give the texts to Odoo's own SMS queue; the provider's words come back through the trackers."""
        texts = self._render_texts(deliveries, "_render_sms")
        numbers = {delivery: uuid4().hex for delivery in texts}
        self.env["sms.sms"].create(
            [
                {
                    "uuid": uuid,
                    "number": delivery.address,
                    "partner_id": delivery.recipient_id._get_addressee().id,
                    "body": texts[delivery],
                }
                for delivery, uuid in numbers.items()
            ]
        )
        self.env["sms.tracker"].create(
            [{"sms_uuid": uuid, "campaign_delivery_id": delivery.id} for delivery, uuid in numbers.items()]
        )
        made = deliveries.filtered(lambda delivery: delivery in texts)
        made._settle("sent")
        made._register_contacts()

    @api.model
    def _render_texts(self, deliveries, render):
        """Return ``{delivery: text}``; what cannot be made fails and holds nobody up."""
        texts = {}
        for delivery in deliveries:
            try:
                texts[delivery] = getattr(delivery.recipient_id, render)(delivery.purpose)
            except UserError:
                delivery._settle_unmade()
        return texts

    @api.model
    def _make_tasks(self, channel, deliveries):
        """Put these on somebody's desk: letters on the marketer's as one pile, others on the managers' one by one."""
        # A letter that cannot be printed would keep the pile from being printed.
        shown = deliveries.filtered(lambda delivery: channel == "letter" or delivery.purpose == "report")
        texts = self._render_texts(shown, "_render_letter")
        deliveries -= shown.filtered(lambda delivery: delivery not in texts)
        deliveries._settle("todo")
        if channel == "letter":
            self._ask_for_letters(deliveries.campaign_id)
            return
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        tasks = activities.create([self._prepare_task_values(one, texts.get(one)) for one in deliveries])
        for delivery, task in zip(deliveries, tasks, strict=True):
            delivery.activity_id = task

    @api.model
    def _prepare_task_values(self, delivery, report):
        """Return the values of the task that ``delivery`` is, in the language of who does it.

        :param report: what is told of the campaign's end; otherwise a call goes by its script, the rest by the message
        """
        recipient = delivery.recipient_id
        manager = recipient._get_manager()
        told = delivery._in_language_of(manager)
        names = [told._get_selection_words("channel")[told.channel]]
        if report:
            names.append(told._get_selection_words("purpose")[told.purpose])
        calls = told.channel == "call"
        kind = "mail.mail_activity_data_call" if calls else "mail.mail_activity_data_todo"
        return {
            "res_model_id": self.env["ir.model"]._get_id(recipient._name),
            "res_id": recipient.id,
            "activity_type_id": self.env.ref(kind).id,
            "summary": f"{', '.join(names)}: {told.campaign_id.name}",
            "note": report or (told.campaign_id.script if calls else False),
            "user_id": manager.id,
            "date_deadline": fields.Date.context_today(self),
        }

    @api.model
    def _ask_for_letters(self, campaigns):
        for campaign in campaigns:
            told, responsible = campaign._in_own_words(), campaign._get_responsible()
            summary = told.env._("Print and post the letters")
            if summary not in told.activity_ids.mapped("summary"):
                told.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=responsible.id)

    @api.model
    def _end_letters(self, campaigns):
        """Take the task to post letters back where none is left to post."""
        todo = [("campaign_id", "in", campaigns.ids), ("state", "=", "todo"), ("channel", "=", "letter")]
        # sudo: also letters that whoever settled the others does not see
        left = self.env["client.campaign.delivery"].sudo()._read_group(todo, ["campaign_id"])
        done = campaigns.sudo() - campaigns.browse(campaign.id for (campaign,) in left)
        done.activity_unlink(["mail.mail_activity_data_todo"])
