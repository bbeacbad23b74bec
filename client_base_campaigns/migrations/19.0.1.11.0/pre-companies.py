def migrate(cr, version):
    """Give campaigns the company, and recipients the currency, that they had through their responsible: in one go."""
    cr.execute("ALTER TABLE client_campaign ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute(
        """UPDATE client_campaign AS campaign SET company_id = responsible.company_id
             FROM res_users AS responsible WHERE responsible.id = campaign.user_id AND campaign.company_id IS NULL"""
    )
    cr.execute("ALTER TABLE client_campaign_recipient ADD COLUMN IF NOT EXISTS currency_id int4")
    cr.execute(
        """UPDATE client_campaign_recipient AS recipient SET currency_id = company.currency_id
             FROM client_campaign AS campaign
             JOIN res_company AS company ON company.id = campaign.company_id
            WHERE campaign.id = recipient.campaign_id AND recipient.currency_id IS NULL"""
    )
