"""What the installation does beside loading the addon's data."""

from odoo.tools import SQL, sql

from .models import late_index


def pre_init_hook(env):
    """Add and fill the columns that Odoo would fill partner by partner.

    A filled base has a million of them.  Types and values are those that the fields compute; the
    requirements of the data standards come with the addon's data and are judged set-based as well.
    """
    add_columns(env)
    fill_columns(env)
    late_index.hold(env.registry)


def add_columns(env):
    """Add the columns and the relation, with the types that their fields have."""
    columns = {
        "client_owner_id": "int4",
        "client_open": "bool",
        "client_region_id": "int4",
        "client_region_by": "varchar",
        "client_completeness": "float8",
        "client_invalid": "varchar",
    }
    missing = {name: kind for name, kind in columns.items() if not sql.column_exists(env.cr, "res_partner", name)}
    for name, kind in missing.items():
        sql.create_column(env.cr, "res_partner", name, kind)
    # A new relation of a computed field is filled record by record as well.
    env.cr.execute(
        """
        CREATE TABLE IF NOT EXISTS client_missing_rel (
            partner_id int4 NOT NULL, requirement_id int4 NOT NULL, PRIMARY KEY (partner_id, requirement_id));
        CREATE INDEX IF NOT EXISTS client_missing_rel_requirement_id_partner_id_idx
            ON client_missing_rel (requirement_id, partner_id)
        """
    )


def fill_columns(env):
    """Give every partner the owner and the openness that the fields would compute; nothing is required yet."""
    env["res.partner"].flush_model()
    env.cr.execute(
        SQL(
            """
            UPDATE res_partner partner
               SET client_owner_id = company.user_id,
                   client_completeness = 100,
                   client_open = (
                       partner.commercial_partner_id IN (SELECT partner_id FROM res_company)
                       OR partner.id IN (SELECT partner_id FROM res_users WHERE share IS NOT TRUE)
                       OR partner.id IN (%(public)s)
                       OR partner.id IN (%(employees)s)
                   )
              FROM res_partner company
             WHERE company.id = COALESCE(partner.commercial_partner_id, partner.id)
            """,
            public=SQL(
                """
                SELECT person.partner_id
                  FROM res_users person
                  JOIN res_groups_users_rel link ON link.uid = person.id
                 WHERE link.gid = %s
                """,
                env.ref("base.group_public").id,
            ),
            employees=select_employees(env.cr),
        )
    )


def select_employees(cr):
    """Return the query of the partners that stand for employees; of none where the addon ``hr`` is not installed."""
    if not sql.column_exists(cr, "hr_employee", "work_contact_id"):
        return SQL("SELECT 0 WHERE FALSE")
    return SQL("SELECT work_contact_id FROM hr_employee WHERE work_contact_id IS NOT NULL")


def post_init_hook(env):
    """Tell the cards of the next contacts that are planned already, and have all clients compared."""
    fill_next_contacts(env)
    env["client.key"]._mark_all()


def fill_next_contacts(env):
    """Write the dates of the next contact that come from activities planned before the addon."""
    planned = env["mail.activity"]._read_group([("client_partner_id", "!=", False)], ["client_partner_id"])
    env["res.partner"].union(*(client for (client,) in planned))._refresh_contact_dates()
