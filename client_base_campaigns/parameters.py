"""Names of the settings that are kept as system parameters."""

APPROVAL = "client_base_campaigns.approval"
# JSON, {sender's id: [failures, UTC time]}: how often in a row the mail server that the sender's letters go by could
# not be reached, and when to try again.
SERVER_AWAY = "client_base_campaigns.mail_server_away"
