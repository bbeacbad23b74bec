from base64 import b64decode

from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.http import request

from odoo.addons.client_base.controllers.intake import PAGE

from ..models.client_campaign_recipient import ANSWERS, NOTHING_SENT

# In the client's language, whatever the visitor's or the website's.
PERSONAL_PAGE = {**PAGE, "multilang": False}
COMMENT_LENGTH = 2000
# One transparent point.
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def get_recipient(token, scope=None):
    """Return the recipient of a good token in the client's language; every other token is a 404."""
    if "\0" in token:
        # Not a 404: Odoo would look in the database, which keeps no NUL, for another page of this address.
        raise BadRequest
    # sudo: whoever holds the signed token sees this one recipient's page and nothing else
    recipients = request.env["client.campaign.recipient"].sudo()
    recipient = recipients._get_by_token(token, scope) if scope else recipients._get_by_token(token)
    if not recipient or recipient.delivery in NOTHING_SENT:
        raise request.not_found()
    return recipient.with_context(lang=recipient._get_lang())


def render_page(template, recipient, values):
    """Return the answer with a page that nobody keeps a copy of, in the client's language."""
    request.update_context(lang=recipient.env.lang)
    response = request.render(template, {**values, "html_data": {"lang": recipient.env.lang.replace("_", "-")}})
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


class ReceiptController(http.Controller):
    """The personal page of a campaign's recipient: showing it is a hint at most, answering changes something."""

    @http.route("/client/offer/<string:token>", methods=["GET"], **PERSONAL_PAGE)
    def show(self, token, thanks="", **_unused):
        recipient = get_recipient(token)
        headers = request.httprequest.headers
        if request.httprequest.method == "GET" and "prefetch" not in headers.get(
            "Sec-Purpose", headers.get("Purpose", "")
        ):
            recipient._note_seen()
        return self._render(recipient, token, thanks=bool(thanks and recipient.receipt_date))

    @http.route("/client/offer/<string:token>/seen.gif", type="http", auth="public", methods=["GET"], sitemap=False)
    def seen(self, token):
        get_recipient(token)._note_seen()
        return request.make_response(PIXEL, [("Content-Type", "image/gif"), ("Cache-Control", "no-store")])

    @http.route("/client/offer/<string:token>/answer", methods=["POST"], **PERSONAL_PAGE)
    def answer(self, token, answer="", comment="", **_unused):
        recipient = get_recipient(token)
        if recipient.campaign_state != "closed":
            known = answer if answer in dict(ANSWERS) else None
            recipient._confirm_receipt("page", known, comment.strip()[:COMMENT_LENGTH])
        # To the page itself: loaded anew it answers nothing a second time.
        return request.redirect_query(f"/client/offer/{token}", {"thanks": 1})

    def _render(self, recipient, token, thanks):
        values = {
            "recipient": recipient,
            "campaign": recipient.campaign_id,
            "sender": recipient.campaign_id.user_id,
            "company": recipient.campaign_id.company_id,
            "token": token,
            "thanks": thanks,
            "closed": recipient.campaign_state == "closed",
            "unsubscribe_url": recipient._get_unsubscribe_url(),
        }
        return render_page("client_base_campaigns.receipt_page", recipient, values)
