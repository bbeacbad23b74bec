from odoo import fields, models


class SmsTracker(models.Model):
    """What the SMS provider says of a campaign's text message."""

    _inherit = "sms.tracker"

    campaign_delivery_id = fields.Many2one("client.campaign.delivery", ondelete="cascade", index="btree_not_null")

    def _action_update_from_provider_error(self, provider_error):
        answer = super()._action_update_from_provider_error(provider_error)
        _status, failure_type, failure_reason = answer
        self._record_campaign_failure(failure_type, failure_reason)
        return answer

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        super()._action_update_from_sms_state(sms_state, failure_type=failure_type, failure_reason=failure_reason)
        if sms_state in ("error", "canceled"):
            self._record_campaign_failure(failure_type, failure_reason)

    def _record_campaign_failure(self, failure_type, failure_reason):
        for delivery in self.campaign_delivery_id:
            env = delivery.campaign_id._in_own_words().env
            kinds = env["sms.sms"]._get_selection_words("failure_type")
            delivery._record_bounce(failure_reason or kinds.get(failure_type) or failure_type or "")
