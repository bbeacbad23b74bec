{
    "name": "Client Base: Lifecycle",
    "summary": "Where each client stands in its life with us, and why: eight segments computed from sales",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base contributors",
    "license": "LGPL-3",
    "depends": ["client_base"],
    "data": [
        "security/ir.model.access.csv",
        "data/client_segment_data.xml",
        "data/ir_cron_data.xml",
        "wizard/client_segment_decide_views.xml",
        "views/client_segment_move_views.xml",
        "views/res_partner_views.xml",
        "views/client_segment_views.xml",
        "views/res_config_settings_views.xml",
        "views/client_base_lifecycle_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["client_base_lifecycle/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
}
