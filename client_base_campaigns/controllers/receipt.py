from odoo import http
from odoo.http import request

ANSWERS = ("yes", "no", "call")
COMMENT_LENGTH = 2000


class ReceiptController(http.Controller):
    """The personal page of a campaign's recipient: showing it changes nothing, answering does."""

    @http.route("/client/offer/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def show(self, token):
        recipient = self._get_recipient(token)
        return self._render(recipient, token)

    @http.route("/client/offer/<string:token>/answer", type="http", auth="public", methods=["POST"], sitemap=False)
    def answer(self, token, answer="", comment="", **_unused):
        recipient = self._get_recipient(token)
        if recipient.campaign_state != "closed":
            recipient._confirm_receipt("page", answer if answer in ANSWERS else None, comment.strip()[:COMMENT_LENGTH])
        return self._render(recipient, token, thanks=True)

    def _get_recipient(self, token):
        """Return the recipient of a good token in the client's language; every other token is a 404."""
        # sudo: whoever holds the signed token sees this one recipient's page and nothing else
        recipient = request.env["client.campaign.recipient"].sudo()._get_by_token(token)
        if not recipient or recipient.delivery in ("excluded", "waiting"):
            raise request.not_found()
        return recipient.with_context(lang=recipient.partner_id.lang or request.env.lang)

    def _render(self, recipient, token, thanks=False):
        values = {
            "recipient": recipient,
            "campaign": recipient.campaign_id,
            "sender": recipient.campaign_id.user_id,
            "token": token,
            "thanks": thanks,
            "closed": recipient.campaign_state == "closed",
            "html_data": {"lang": recipient.env.lang.replace("_", "-")},
        }
        request.update_context(lang=recipient.env.lang)
        response = request.render("client_base_campaigns.receipt_page", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
