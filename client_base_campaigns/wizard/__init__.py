from . import base_partner_merge, client_campaign_join, client_campaign_receipt, client_mass_change
