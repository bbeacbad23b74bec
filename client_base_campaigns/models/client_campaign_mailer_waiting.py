import logging
from datetime import datetime, timedelta

from odoo import api, fields, models

from ..parameters import SERVER_AWAY
from ..tools.waiting import get_wait
from .client_campaign_mailer import SENDING_STATES
from .client_campaign_sending import WINDOW

_logger = logging.getLogger(__name__)


class ClientCampaignMailer(models.AbstractModel):
    """What the mailer waits for: a mail server that is away, the hour's allowance, the end of quiet hours."""

    _inherit = "client.campaign.mailer"

    @api.model
    def _get_server_away(self):
        """Return ``(failures, until)`` of a mail server that could not be reached lately."""
        # sudo: kept for the job among the parameters
        failures, _bar, until = (self.env["ir.config_parameter"].sudo().get_param(SERVER_AWAY) or "").partition("|")
        return (int(failures), datetime.fromisoformat(until)) if until else (0, None)

    @api.model
    def _is_server_away(self):
        _failures, until = self._get_server_away()
        return bool(until) and until > fields.Datetime.now()

    @api.model
    def _note_server_away(self, error):
        failures, _until = self._get_server_away()
        until = fields.Datetime.now() + get_wait(failures + 1)
        _logger.warning("Campaigns: the mail server cannot be reached, next try at %s UTC: %s", until, error)
        self.env["ir.config_parameter"].sudo().set_param(SERVER_AWAY, f"{failures + 1}|{until}")  # sudo: as above

    @api.model
    def _note_server_back(self):
        if self._get_server_away()[1]:
            self.env["ir.config_parameter"].sudo().set_param(SERVER_AWAY, False)  # sudo: as above

    @api.model
    def _plan_next_run(self):
        """Have the job come back when the first of what waits is due, and not at once for what may not go yet."""
        waiting = [
            ("state", "=", "queued"),
            ("campaign_id.paused", "=", False),
            ("campaign_id.state", "in", SENDING_STATES),
        ]
        first = self.env["client.campaign.delivery"].search(
            [*waiting, ("not_before", ">", fields.Datetime.now())], order="not_before", limit=1
        )
        times = [first.not_before] if first else []
        if any(campaign.rate for campaign, _count in self._get_queue()):
            times.append(fields.Datetime.now() + WINDOW)
        if self._is_server_away():
            times.append(self._get_server_away()[1])
        if times:
            self.env.ref("client_base_campaigns.ir_cron_send")._trigger(at=min(times) + timedelta(seconds=1))
