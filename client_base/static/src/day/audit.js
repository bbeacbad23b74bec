import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ServerPanel } from "../card/server_panel";

/** The base's scorecard, drawn by the server. */
export class Audit extends ServerPanel {
    static template = "client_base.ServerPage";
    static props = { ...standardActionServiceProps };

    fetch(again = false) {
        const orm = again ? this.orm : this.orm.silent;
        return orm.call("client.audit.check", "get_page", [again]);
    }

    async follow(target) {
        const { argument, rows, id } = target.dataset;
        if (rows) {
            await this.action.doAction(await this.orm.call("client.audit.check", "action_open_rows", [[Number(id)]]));
        } else if (argument === "again") {
            target.disabled = true;
            await this.load(true);
        } else if (argument === "print") {
            const ids = await this.orm.search("client.audit.check", []);
            await this.action.doAction("client_base.action_report_audit", { additionalContext: { active_ids: ids } });
        } else {
            super.follow(target);
        }
    }
}

registry.category("actions").add("client_base.audit", Audit);
