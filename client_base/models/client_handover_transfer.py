from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class ClientHandover(models.Model):
    """How the clients of a handover move, and move back: a fixed number of statements, however many they are.

    With a client go its contacts and addresses, the open documents and open activities of its old
    manager, his meetings to come, and his place among the followers.  Closed documents keep their salesperson.
    """

    _inherit = "client.handover"

    def _get_handover_documents(self):
        """Return which documents go with a client while they are open; addons add theirs.

        :return: tuples of model, field of the salesperson, field of the client, domain of what is open
        :rtype: list[tuple[models.Model, str, str, Domain]]
        """
        open_orders = Domain("state", "in", ("draft", "sent"))
        if self.move_orders:
            open_orders |= (
                Domain("state", "=", "sale") & Domain("locked", "=", False) & Domain("invoice_status", "!=", "invoiced")
            )
        draft_invoices = Domain("state", "=", "draft") & Domain("move_type", "in", ("out_invoice", "out_refund"))
        return [
            (self.env["sale.order"], "user_id", "partner_id", open_orders),
            (self.env["account.move"], "invoice_user_id", "commercial_partner_id", draft_invoices),
            (self.env["client.interaction"], "user_id", "partner_id", Domain("state", "=", "open")),
        ]

    def _get_moving(self, states, giver, receiver):
        """Return the query of the clients that move and their parts: ``part_id, client_id, giver_id, receiver_id``."""
        return SQL(
            """
            SELECT part.id AS part_id, line.partner_id AS client_id,
                   line.%(giver)s AS giver_id, line.%(receiver)s AS receiver_id
              FROM client_handover_line line
              JOIN res_partner part ON part.commercial_partner_id = line.partner_id
             WHERE line.handover_id = %(handover)s AND line.state IN %(states)s
            """,
            giver=SQL.identifier(giver),
            receiver=SQL.identifier(receiver),
            handover=self._origin.id or None,
            states=states,
        )

    def _get_moving_parts(self, rows):
        """Return the same query for partners that are named one by one.

        :param rows: tuples of the partner's, the giver's and the receiver's id
        """
        parts, givers, receivers = (list(column) for column in zip(*rows, strict=True))
        return SQL(
            """
            SELECT part.id AS part_id, part.commercial_partner_id AS client_id, named.giver_id, named.receiver_id
              FROM unnest(%s::int[], %s::int[], %s::int[]) AS named (part_id, giver_id, receiver_id)
              JOIN res_partner part ON part.id = named.part_id
            """,
            parts,
            givers,
            receivers,
        )

    def _transfer(self, moving):
        """Move the clients of the query ``moving`` and what goes with them; return what went, see _move_work."""
        partners = self.env["res.partner"].browse(self._move_partners(moving))
        self._follow_clients(moving)
        moved = self._move_work(moving)
        self._settle(partners, ["user_id", "client_owner_id"])
        moved["calendar.event"] = self._move_meetings(moving)
        return moved

    def _move_work(self, moving, among=None):
        """Move what is open with the partners of the query ``moving``, and the givers' places among the followers.

        :param among: no others than these, in the form of what is returned
        :return: ids by model, in JSON's form: ``{model: [ids], "followed": {model: [ids]}}``
        """
        moved = {"mail.activity": [], "followed": {}}
        for model, user_field, partner_field, is_open in self._get_handover_documents():
            wanted = is_open if among is None else is_open & Domain("id", "in", among.get(model._name, []))
            moved[model._name] = self._move_documents(moving, model, user_field, partner_field, wanted)
        for model in self._get_models_with_activities(moving):
            moved["mail.activity"] += self._move_activities(moving, model, among and among["mail.activity"])
        for model in self._get_models_followed(moving):
            followed = among and among["followed"].get(model._name, [])
            moved["followed"][model._name] = self._move_followers(moving, model, followed)
        self._mark_days(moving)
        self.env.invalidate_all(flush=False)
        for model, user_field, _partner_field, _is_open in self._get_handover_documents():
            self._settle(model.browse(moved[model._name]), [user_field])
        self._settle(self.env["mail.activity"].browse(moved["mail.activity"]), ["user_id"])
        return moved

    def _mark_days(self, moving):
        """Have the days counted anew whose open contacts went from one manager to another."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_fact_mark (user_id, day)
                SELECT DISTINCT concerned.user_id, contact.date::date
                  FROM (%s) AS moving
                  JOIN client_interaction contact ON contact.partner_id = moving.part_id AND contact.state = 'open'
            CROSS JOIN LATERAL (VALUES (moving.giver_id), (moving.receiver_id)) AS concerned (user_id)
                 WHERE concerned.user_id IS NOT NULL
                """,
                moving,
            )
        )

    def _settle(self, records, names):
        """Have everything recomputed that depends on the fields ``names``, written by SQL."""
        records.modified(names)
        if records._name == "res.partner":
            records._settle_owners()

    def _move_partners(self, moving):
        """Give the clients, their contacts and addresses to the receivers; return the ids of all."""
        return self._execute_for_ids(
            SQL(
                """
                UPDATE res_partner part
                   SET user_id = CASE WHEN part.id = moving.client_id OR part.user_id = moving.giver_id
                                      THEN moving.receiver_id ELSE part.user_id END,
                       client_owner_id = moving.receiver_id,
                       write_uid = %(uid)s,
                       write_date = %(now)s
                  FROM (%(moving)s) AS moving
                 WHERE part.id = moving.part_id
             RETURNING part.id
                """,
                moving=moving,
                **self._get_sql_values(),
            )
        )

    def _move_documents(self, moving, model, user_field, partner_field, is_open):
        """Make the receivers the salespersons of the givers' open documents; return the ids of these.

        What must have somebody stays with the giver where the client goes back to nobody.
        """
        update = """
            UPDATE %(table)s document
               SET %(user)s = moving.receiver_id, write_uid = %(uid)s, write_date = %(now)s
              FROM (%(moving)s) AS moving
             WHERE %(belongs)s
               AND document.%(user)s IS NOT DISTINCT FROM moving.giver_id
               AND (moving.receiver_id IS NOT NULL OR NOT %(required)s)
               AND document.id IN %(open)s
         RETURNING document.id
        """
        values = {
            "table": SQL.identifier(model._table),
            "user": SQL.identifier(user_field),
            "required": model._fields[user_field].required,
            # sudo: what is open moves with its client, also what the lead may not read
            "open": model.sudo()._search(is_open).subselect(),
            "moving": moving,
            **self._get_sql_values(),
        }
        ways = self._get_ways_to_moving(model, [partner_field], "document")
        return [row_id for way in ways for row_id in self._execute_for_ids(SQL(update, belongs=way, **values))]

    def _move_activities(self, moving, model, among=None):
        """Give the givers' open activities on the clients' rows of ``model`` to the receivers; return their ids.

        Those too that a substitute does for a giver: they must not come back to him.
        """
        return self._execute_for_ids(
            SQL(
                """
                UPDATE mail_activity activity
                   SET user_id = theirs.receiver_id, client_for_id = NULL, write_uid = %(uid)s, write_date = %(now)s
                  FROM (%(rows)s) AS theirs
                 WHERE activity.res_model = %(model)s AND activity.res_id = theirs.id
                   AND COALESCE(activity.client_for_id, activity.user_id) IS NOT DISTINCT FROM theirs.giver_id
                   AND activity.active AND %(among)s
             RETURNING activity.id
                """,
                rows=self._get_rows_of_clients(moving, model),
                model=model._name,
                among=self._is_among("activity", "id", among),
                **self._get_sql_values(),
            )
        )

    def _move_followers(self, moving, model, among=None):
        """Put the receivers in the givers' places among the followers of the clients' rows of ``model``.

        Everywhere, on closed documents too: their messages are the receiver's to answer now.

        :return: the ids of the rows
        """
        theirs = SQL(
            """
            WITH places AS (
                DELETE FROM mail_followers follower
                      USING (%(rows)s) AS theirs
                       JOIN res_users giver ON giver.id = theirs.giver_id
                      WHERE follower.res_model = %(model)s AND follower.res_id = theirs.id
                        AND follower.partner_id = giver.partner_id AND %(among)s
                  RETURNING follower.res_id, theirs.receiver_id
            )
            SELECT places.res_id, receiver.partner_id
              FROM places
              JOIN res_users receiver ON receiver.id = places.receiver_id
            """,
            rows=self._get_rows_of_clients(moving, model),
            model=model._name,
            among=self._is_among("follower", "res_id", among),
        )
        places = self.env.execute_query(theirs)
        self._subscribe(model, places)
        return [res_id for res_id, _partner_id in places]

    def _follow_clients(self, moving):
        """Have the receivers follow their clients, as Odoo has whoever becomes a salesperson."""
        followers = SQL(
            """
            SELECT moving.client_id, receiver.partner_id
              FROM (%s) AS moving
              JOIN res_users receiver ON receiver.id = moving.receiver_id
             WHERE moving.part_id = moving.client_id
            """,
            moving,
        )
        self._subscribe(self.env["res.partner"], self.env.execute_query(followers))

    def _subscribe(self, model, places):
        """Let partners follow rows of ``model`` with Odoo's default subtypes.

        :param places: pairs of the row's id and the partner's id
        """
        if not places:
            return
        res_ids, partner_ids = (list(column) for column in zip(*places, strict=True))
        subtypes, _internal, _external = self.env["mail.message.subtype"].default_subtypes(model._name)
        self.env.execute_query(
            SQL(
                """
                WITH followers AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                    SELECT %(model)s, place.res_id, place.partner_id
                      FROM unnest(%(res_ids)s::int[], %(partner_ids)s::int[]) AS place (res_id, partner_id)
                        ON CONFLICT DO NOTHING
                 RETURNING id
                )
                INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
                SELECT followers.id, subtype.id
                  FROM followers
            CROSS JOIN unnest(%(subtypes)s::int[]) AS subtype (id)
                """,
                model=model._name,
                res_ids=res_ids,
                partner_ids=partner_ids,
                subtypes=subtypes.ids,
            )
        )

    def _get_models_with_activities(self, moving):
        """Return the models on whose rows the givers have open activities."""
        return self._get_models_about_clients(
            SQL(
                """
                SELECT DISTINCT activity.res_model
                  FROM mail_activity activity
                 WHERE COALESCE(activity.client_for_id, activity.user_id) IN (
                       SELECT giver_id FROM (%(moving)s) AS moving
                       ) OR activity.user_id IS NULL
              ORDER BY activity.res_model
                """,
                moving=moving,
            )
        )

    def _get_models_followed(self, moving):
        """Return the models of which the givers follow rows."""
        return self._get_models_about_clients(
            SQL(
                """
                SELECT DISTINCT follower.res_model
                  FROM mail_followers follower
                  JOIN res_users giver ON giver.partner_id = follower.partner_id
                 WHERE giver.id IN (SELECT giver_id FROM (%(moving)s) AS moving)
              ORDER BY follower.res_model
                """,
                moving=moving,
            )
        )

    def _get_models_about_clients(self, query):
        """Return those of the models named by ``query`` whose rows belong to clients: each costs a statement."""
        names = [name for (name,) in self.env.execute_query(query) if name in self.env]
        return [self.env[name] for name in names if self._get_columns_of_clients(self.env[name])]

    def _get_columns_of_clients(self, model):
        """Return the columns by which a row of ``model`` belongs to a client."""
        if model._name == "res.partner":
            return ["id"]
        if model._abstract or not model._auto:
            return []
        return [name for name in model._get_client_fields() if model._fields[name].type == "many2one"]

    def _get_rows_of_clients(self, moving, model):
        """Return the query of the rows of ``model`` that belong to moving clients: ``id, giver_id, receiver_id``."""
        rows = [
            SQL(
                """
                SELECT thing.id, moving.client_id, moving.giver_id, moving.receiver_id
                  FROM (%s) AS moving
                  JOIN %s thing ON %s
                """,
                moving,
                SQL.identifier(model._table),
                way,
            )
            for way in self._get_ways_to_moving(model, self._get_columns_of_clients(model), "thing")
        ]
        return SQL(
            "SELECT DISTINCT ON (id) id, giver_id, receiver_id FROM (%s) AS theirs ORDER BY id, client_id",
            SQL(" UNION ALL ").join(rows),
        )

    def _get_ways_to_moving(self, model, columns, row):
        """Return the conditions by one of which a ``row`` of ``model`` belongs to the partner ``moving``.

        Each by itself: joined with OR, they would be tried on every row with every partner.
        """
        ways = [SQL("%s = moving.part_id", SQL.identifier(row, name)) for name in columns]
        if model._name == "account.move":
            # Odoo has what was made out to a client that becomes a part of another be the other's at once.
            ways.append(
                SQL(
                    "%s = moving.part_id AND %s = moving.client_id AND moving.part_id != moving.client_id",
                    SQL.identifier(row, "partner_id"),
                    SQL.identifier(row, "commercial_partner_id"),
                )
            )
        return ways

    def _is_among(self, row, column, ids):
        """Return the condition that a ``row`` is one of ``ids``; None are all."""
        return SQL("TRUE") if ids is None else SQL("%s = ANY(%s)", SQL.identifier(row, column), ids)

    def _execute_for_ids(self, query):
        return [row_id for (row_id,) in self.env.execute_query(query)]
