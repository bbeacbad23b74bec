from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import ValidationError


class ClientDocumentMixin(models.AbstractModel):
    """A document with a salesperson follows its client: nobody gets one that he then could not open.

    For models with ``partner_id``.  Who stands in for the client's manager does not become the
    salesperson: the document would be out of his sight when the manager is back.
    """

    _name = "client.document.mixin"
    _description = "Document of a Client"

    # The fields that hold the salesperson, and whose client it is about.
    _client_salesperson = "user_id"
    _client_partner = "partner_id"

    def copy_data(self, default=None):
        """A copy, a credit note and the next one of a series go to whose client it is by now."""
        copies = super().copy_data(default)
        name = self._client_salesperson
        for values in copies:
            if salesperson := values.get(name):
                client = self.env["res.partner"].browse(values.get("partner_id"))
                values[name] = client._get_salesperson(self.env["res.users"].browse(salesperson)).id
        return copies

    @api.constrains(lambda self: ("partner_id", self._client_salesperson))
    def _check_salesperson_sees_client(self):
        if self.env.uid == SUPERUSER_ID or self.env.user.share:
            # No colleague is there to choose again: a web shop's customer, say, is to be served all the same.
            self._follow_client()
            return
        for document in self:
            salesperson = document[document._client_salesperson]
            if document[document._client_partner]._get_salesperson(salesperson) != salesperson:
                document._refuse_salesperson()

    def _follow_client(self):
        """Make the client's manager the salesperson where the present one does not see the client."""
        name = self._client_salesperson
        for document in self:
            salesperson = document[document._client_partner]._get_salesperson(document[name])
            if salesperson != document[name]:
                document[name] = salesperson

    def _refuse_salesperson(self):
        """Say whose client it is, to those who may know; Odoo checks constraints as the superuser."""
        salesperson, client = self[self._client_salesperson].name, self[self._client_partner]
        if client._get_hidden_clients():
            raise ValidationError(
                self.env._("%s does not see this client, which has another manager. Ask your team lead.", salesperson)
            )
        raise ValidationError(
            self.env._(
                "%(salesperson)s does not see the client %(client)s. Choose the client's manager as the "
                "salesperson (%(owner)s), or hand the client over first.",
                salesperson=salesperson,
                client=client.display_name,
                owner=client.client_owner_id.name or self.env._("nobody yet"),
            )
        )
