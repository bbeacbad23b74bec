"""Names and defaults of the settings that are kept as system parameters."""

PROFILE_MINIMUM = "client_base.profile_minimum"
REGION_NOTE_DAYS = "client_base.region_note_days"
DEFAULT_REGION_NOTE_DAYS = 365
CONTACT_DAYS = "client_base.contact_days"
DEFAULT_CONTACT_DAYS = 60
INTAKE_WEB = "client_base.intake_web"
