import { markup } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ServerPanel } from "../card/server_panel";

/** The page "My Day", drawn by the server. */
export class Day extends ServerPanel {
    static template = "client_base.Day";
    static props = { ...standardActionServiceProps };

    setup() {
        super.setup();
        this.state.rest = null;
    }

    fetch() {
        return this.orm.silent.call("client.day", "get_page", []);
    }

    /** What was promised is there at once; what can wait comes after. */
    async load() {
        await super.load();
        const asked = this.asked;
        const html = await this.watch(this.orm.silent.call("client.day", "get_rest", []));
        if (asked === this.asked) {
            this.state.rest = markup(html);
        }
    }

    async addCall() {
        await this.action.doAction("client_base.client_quick_contact_action", { onClose: () => this.load() });
    }
}

registry.category("actions").add("client_base.day", Day);
