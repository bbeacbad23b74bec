"""Give the messages that were sent before messages had rows of their own these rows."""


def migrate(cr, version):
    if not version:
        return
    # What was frozen and not sent waits for its offer now.
    cr.execute("UPDATE client_campaign SET state = 'offer' WHERE state = 'group'")
    # Campaigns of before neither call nor keep quiet hours by themselves: nobody asked for it.
    cr.execute("UPDATE client_campaign SET fallback_days = 0, reminder_days = 0, quiet_from = 0, quiet_to = 0")
    cr.execute(
        """
        UPDATE client_campaign_recipient
           SET channel = CASE WHEN delivery <> 'excluded' THEN 'email' END, revision = COALESCE(revision, 0)
        """
    )
    cr.execute(
        """
        INSERT INTO client_campaign_delivery (
               recipient_id, campaign_id, purpose, channel, address, state, attempts, note, message_id, sent_date,
               create_uid, write_uid, create_date, write_date)
        SELECT id, campaign_id, 'offer', 'email', email, delivery, COALESCE(attempts, 0), delivery_note, message_id,
               sent_date, create_uid, write_uid, create_date, write_date
          FROM client_campaign_recipient
         WHERE delivery IN ('queued', 'sending', 'sent', 'failed', 'uncertain')
            ON CONFLICT DO NOTHING
        """
    )
