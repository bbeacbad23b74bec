from . import client_campaign_join, client_campaign_receipt
