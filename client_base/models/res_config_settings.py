from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..parameters import (
    CONTACT_DAYS,
    DEFAULT_CONTACT_DAYS,
    DEFAULT_POOL,
    DEFAULT_REGION_NOTE_DAYS,
    INTAKE_WEB,
    MOST_DAYS,
    POOL,
    PROFILE_MINIMUM,
    REGION_NOTE_DAYS,
)

TERMS = ("client_region_note_days", "client_contact_days")


class ResConfigSettings(models.TransientModel):
    """Nobody's clients, the least fit of a new one, the terms, and the ways in which raw cards come."""

    _inherit = "res.config.settings"

    client_pool = fields.Selection(
        [
            ("closed", "Leads see it and give clients out"),
            ("request", "Managers see it too, and ask their lead for a client"),
            ("claim", "Managers see it too, and take clients themselves"),
        ],
        string="Clients Without an Owner",
        config_parameter=POOL,
        default=DEFAULT_POOL,
    )
    client_profile_minimum = fields.Float(
        string="Least Fit of a New Client", config_parameter=PROFILE_MINIMUM, default=0
    )
    client_region_note_days = fields.Integer(
        string="Term of Region Notes", config_parameter=REGION_NOTE_DAYS, default=DEFAULT_REGION_NOTE_DAYS
    )

    client_contact_days = fields.Integer(
        string="Term of Silence", config_parameter=CONTACT_DAYS, default=DEFAULT_CONTACT_DAYS
    )

    client_intake_web = fields.Boolean(string="Web Form of Raw Cards", config_parameter=INTAKE_WEB)
    client_intake_alias = fields.Char(string="Address of Raw Cards")

    @api.constrains("client_profile_minimum")
    def _check_client_profile_minimum(self):
        if any(not 0 <= settings.client_profile_minimum <= 100 for settings in self):
            raise ValidationError(self.env._("The least fit is a percentage, from 0 (no filter) to 100."))

    @api.constrains(*TERMS)
    def _check_client_terms(self):
        for name in TERMS:
            if any(not 1 <= settings[name] <= MOST_DAYS for settings in self):
                label = self._fields[name]._description_string(self.env)
                words = self.env._("“%(term)s”: give from 1 to %(most)s days.", term=label, most=MOST_DAYS)
                raise ValidationError(words)

    @api.model
    def get_values(self):
        alias = self.env.ref("client_base.intake_alias", raise_if_not_found=False)
        return {**super().get_values(), "client_intake_alias": alias.alias_name if alias else False}

    def set_values(self):
        super().set_values()
        alias = self.env.ref("client_base.intake_alias", raise_if_not_found=False)
        if alias and alias.alias_name != self.client_intake_alias:
            alias.alias_name = self.client_intake_alias
        # Record rules are kept with the scope in them, and the scope has the pool in it or not.
        self.env.registry.clear_cache()
