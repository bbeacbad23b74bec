from odoo.tools import sql


def migrate(cr, version):
    """Give the scorecard's figures to the main company, whose they were, and each plan to its manager's company.

    Bases that are older still have neither.
    """
    if sql.table_exists(cr, "client_audit_figure"):
        give_figures(cr)
    if sql.table_exists(cr, "client_plan"):
        give_plans(cr)


def give_figures(cr):
    cr.execute("ALTER TABLE client_audit_figure ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute(
        """
        UPDATE client_audit_figure SET company_id = main.res_id
          FROM ir_model_data AS main
         WHERE main.module = 'base' AND main.name = 'main_company'
        """
    )


def give_plans(cr):
    cr.execute("ALTER TABLE client_plan ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute(
        """
        UPDATE client_plan AS plan SET company_id = manager.company_id
          FROM res_users AS manager
         WHERE manager.id = plan.user_id
        """
    )
