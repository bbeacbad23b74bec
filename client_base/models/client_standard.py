from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class ClientStandard(models.Model):
    """What must be known about a kind of client."""

    _name = "client.standard"
    _description = "Data Standard"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        string="Applies to",
        required=True,
        default="[('is_company', '=', True)]",
        help="The clients that must meet this standard.",
    )
    requirement_ids = fields.One2many("client.requirement", "standard_id", string="Required", copy=True)

    @api.constrains("domain")
    def _check_domain(self):
        for standard in self:
            try:
                standard._get_domain().validate(self.env["res.partner"])
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._(
                        "“%(standard)s”: the filter under “Applies to” cannot be used. Choose it again. (%(error)s)",
                        standard=standard.name,
                        error=error,
                    )
                ) from error

    def write(self, vals):
        result = super().write(vals)
        if {"domain", "active"} & vals.keys():
            self._refresh_clients()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh_clients()
        return result

    def _get_domain(self):
        """Return the domain of the clients that this standard applies to.

        :raise ValueError: when the stored text is no domain
        """
        return Domain(literal_eval(self.domain))

    def _get_requirements(self, clients):
        """Return what is required of each of ``clients``: ``{client: requirements}``."""
        required = dict.fromkeys(clients, self.env["client.requirement"])
        for standard in self:
            for client in clients.filtered_domain(standard._get_domain()):
                required[client] |= standard.requirement_ids
        return required

    @api.model
    def _refresh_clients(self, client_ids=None):
        """Judge every client by the standards as they are now, in one pass over the table.

        ``res.partner._compute_client_completeness`` judges the same way, one client at a time.

        :param client_ids: judge only these
        """
        # sudo: a standard holds for the whole base, also for clients its editor may not see
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        self.env.flush_all()
        within = Domain.TRUE if client_ids is None else Domain("id", "in", client_ids)
        judged = [
            standard.requirement_ids._get_judgement(partners, standard._get_domain() & within)
            for standard in self.sudo().search([])
            if standard.requirement_ids
        ]
        nobody = SQL("SELECT NULL::int AS partner_id, 0 AS required, 0 AS lacking, NULL::int[] AS missing WHERE FALSE")
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS MATERIALIZED (%(judged)s),
                     gone AS (
                         DELETE FROM client_missing_rel rel
                          WHERE %(rel_within)s AND NOT EXISTS (
                                SELECT FROM judged
                                 WHERE judged.partner_id = rel.partner_id AND rel.requirement_id = ANY(judged.missing))
                     ),
                     found AS (
                         INSERT INTO client_missing_rel (partner_id, requirement_id)
                         SELECT partner_id, unnest(missing) FROM judged
                             ON CONFLICT DO NOTHING
                     ),
                     percent AS (
                         SELECT partner_id, 100 * (1 - sum(lacking) / sum(required)) AS value
                           FROM judged
                       GROUP BY partner_id
                     )
                UPDATE res_partner partner
                   SET client_completeness = COALESCE(percent.value, 100)
                  FROM res_partner known
             LEFT JOIN percent ON percent.partner_id = known.id
                 WHERE known.id = partner.id
                   AND partner.client_completeness IS DISTINCT FROM COALESCE(percent.value, 100)
                   AND %(known_within)s
                """,
                rel_within=SQL("TRUE") if client_ids is None else SQL("rel.partner_id = ANY(%s)", client_ids),
                known_within=SQL("TRUE") if client_ids is None else SQL("known.id = ANY(%s)", client_ids),
                judged=SQL(" UNION ALL ").join(judged) if judged else nobody,
            )
        )
        partners.invalidate_model(["client_completeness", "client_missing_ids"])

    @api.model
    def _cron_refresh_clients(self):
        """Judge every client again: a standard may apply to what is not on the card itself."""
        self._refresh_clients()
