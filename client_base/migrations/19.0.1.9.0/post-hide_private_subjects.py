from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take out of the register what private meetings are about, where nobody wrote something else there."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    contacts = env["client.interaction"].search(
        [("event_id.privacy", "in", ("private", False)), ("subject", "!=", False)]
    )
    contacts.filtered(
        lambda contact: contact.event_id.effective_privacy == "private" and contact.subject == contact.event_id.name
    ).subject = False
