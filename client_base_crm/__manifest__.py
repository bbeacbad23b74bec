{
    "name": "Client Base: Leads",
    "summary": "Leads and opportunities follow the client: who sees the client works them",
    "version": "19.0.1.13.0",
    "category": "Sales/CRM",
    "author": "Client Base contributors",
    "license": "LGPL-3",
    "depends": ["client_base", "crm"],
    "data": ["security/crm_lead_rules.xml"],
    "auto_install": True,
}
