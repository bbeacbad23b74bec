def migrate(cr, version):
    """Give the scorecard's figures to the main company, whose they were, and each plan to its manager's company."""
    cr.execute("ALTER TABLE client_audit_figure ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute("ALTER TABLE client_plan ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute(
        """
        UPDATE client_audit_figure SET company_id = main.res_id
          FROM ir_model_data AS main
         WHERE main.module = 'base' AND main.name = 'main_company'
        """
    )
    cr.execute(
        """
        UPDATE client_plan AS plan SET company_id = manager.company_id
          FROM res_users AS manager
         WHERE manager.id = plan.user_id
        """
    )
