def migrate(cr, version):
    """Let greetings ask for no receipt: whoever was greeted became a call to make."""
    cr.execute(
        """
        UPDATE client_campaign AS campaign
           SET with_receipt = FALSE
          FROM client_programme AS programme
         WHERE programme.kind IN ('birthday', 'holiday')
           AND (campaign.id = programme.campaign_id OR campaign.programme_id = programme.id)
        """
    )
