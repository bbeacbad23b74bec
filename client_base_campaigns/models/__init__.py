from . import (
    client_campaign,
    client_campaign_mailer,
    client_campaign_recipient,
    res_partner,
)
