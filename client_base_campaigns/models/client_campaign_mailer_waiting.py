import json
import logging
from datetime import datetime, timedelta

from odoo import api, fields, models

from ..parameters import SERVER_AWAY
from ..tools.waiting import get_wait
from .client_campaign_sending import WINDOW

_logger = logging.getLogger(__name__)


class ClientCampaignMailer(models.AbstractModel):
    """What the mailer waits for: a mail server that is away, the hour's allowance, the end of quiet hours."""

    _inherit = "client.campaign.mailer"

    @api.model
    def _get_servers_away(self):
        """Return ``{sender's id: (failures, until)}`` of the mail servers that could not be reached lately.

        Which server it is depends on whose letters they are: one that is away holds up no other sender's.
        """
        try:
            # sudo: kept for the job among the parameters
            kept = json.loads(self.env["ir.config_parameter"].sudo().get_param(SERVER_AWAY) or "{}")
        except ValueError:
            return {}  # as it was written before there were several
        return {int(sender): (failures, datetime.fromisoformat(until)) for sender, (failures, until) in kept.items()}

    @api.model
    def _get_server_away(self, sender):
        return self._get_servers_away().get(sender.id, (0, None))

    @api.model
    def _is_server_away(self, sender):
        _failures, until = self._get_server_away(sender)
        return bool(until) and until > fields.Datetime.now()

    @api.model
    def _note_server_away(self, sender, error):
        failures, _until = self._get_server_away(sender)
        until = fields.Datetime.now() + get_wait(failures + 1)
        _logger.warning("Campaigns: the mail server cannot be reached, next try at %s UTC: %s", until, error)
        self._keep_servers_away({**self._get_servers_away(), sender.id: (failures + 1, until)})

    @api.model
    def _note_server_back(self, sender):
        away = self._get_servers_away()
        if away.pop(sender.id, None):
            self._keep_servers_away(away)

    @api.model
    def _keep_servers_away(self, away):
        value = json.dumps(away, default=str) if away else False
        self.env["ir.config_parameter"].sudo().set_param(SERVER_AWAY, value)  # sudo: as above

    @api.model
    def _plan_next_run(self):
        """Have the job come back when the first of what waits is due, and not at once for what may not go yet."""
        later = [*self._get_waiting_domain(), ("not_before", ">", fields.Datetime.now())]
        first = self.env["client.campaign.delivery"].search(later, order="not_before", limit=1)
        times = [first.not_before] if first else []
        if any(campaign.rate for campaign, _count in self._get_queue()):
            times.append(fields.Datetime.now() + WINDOW)
        times += [until for _failures, until in self._get_servers_away().values() if until > fields.Datetime.now()]
        if times:
            self.env.ref("client_base_campaigns.ir_cron_send")._trigger(at=min(times) + timedelta(seconds=1))
