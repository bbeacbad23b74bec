"""Names and defaults of the settings that are kept as system parameters, and how terms among them are read."""

POOL = "client_base.pool"
DEFAULT_POOL = "closed"
PROFILE_MINIMUM = "client_base.profile_minimum"
REGION_NOTE_DAYS = "client_base.region_note_days"
DEFAULT_REGION_NOTE_DAYS = 365
CONTACT_DAYS = "client_base.contact_days"
DEFAULT_CONTACT_DAYS = 60
INTAKE_WEB = "client_base.intake_web"
# No term is longer: a hundred years, which every calendar reaches.
MOST_DAYS = 36500


def get_days(env, name, default):
    """Return the term in days that a setting holds, from 1 to ``MOST_DAYS`` whatever was stored."""
    # sudo: the term is no secret
    return min(max(int(env["ir.config_parameter"].sudo().get_param(name, default)), 1), MOST_DAYS)
