{
    "name": "Client Base: Campaigns",
    "summary": "Programmes of work with groups of clients: select, send, confirm receipt, record results",
    "version": "19.0.1.2.0",
    "category": "Marketing",
    "author": "Client Base contributors",
    "license": "LGPL-3",
    "depends": ["client_base_lifecycle", "mass_mailing"],
    "data": [
        "security/client_base_campaigns_groups.xml",
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "views/client_campaign_recipient_views.xml",
        "views/client_campaign_views.xml",
        "views/res_partner_views.xml",
        "views/receipt_templates.xml",
        "views/client_base_campaigns_menus.xml",
    ],
}
