from odoo import http
from odoo.http import request

from ..models.client_campaign_recipient_message import UNSUBSCRIBE_SCOPE
from .receipt import PERSONAL_PAGE, get_recipient, render_page


class UnsubscribeController(http.Controller):
    """The way out of mailings: a page with a button, and the one click that mail programs do (RFC 8058)."""

    @http.route("/client/unsubscribe/<string:token>", methods=["GET"], **PERSONAL_PAGE)
    def show(self, token):
        return self._render(get_recipient(token, UNSUBSCRIBE_SCOPE), token)

    # Without the session's token: mail programs send the click without having seen the page. The key in the
    # address is what allows it, and all that it allows is to be left in peace.
    @http.route("/client/unsubscribe/<string:token>", methods=["POST"], csrf=False, **PERSONAL_PAGE)
    def unsubscribe(self, token, **_unused):
        recipient = get_recipient(token, UNSUBSCRIBE_SCOPE)
        recipient._unsubscribe()
        return self._render(recipient, token, done=True)

    def _render(self, recipient, token, done=False):
        values = {
            "addresses": ", ".join(filter(None, (recipient.email, recipient.phone))),
            "sender": recipient.campaign_id.user_id,
            "company": recipient.campaign_id.company_id,
            "token": token,
            "done": done,
            "title": request.env._("Mailings"),
        }
        return render_page("client_base_campaigns.unsubscribe_page", recipient, values)
