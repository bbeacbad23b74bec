import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ServerPanel } from "../card/server_panel";

/** The page "Department", drawn by the server. */
export class Department extends ServerPanel {
    static template = "client_base.Department";
    static props = { ...standardActionServiceProps };

    setup() {
        super.setup();
        // Which period, and whose work: what the page is asked for.
        this.wanted = { period: "month", user: this.props.action.params?.user_id ?? "" };
    }

    fetch() {
        const { period, user } = this.wanted;
        return this.orm.silent.call("client.department", "get_page", [period, Number(user) || null]);
    }

    follow(target) {
        const { argument, value } = target.dataset;
        if (argument) {
            this.wanted[argument] = value;
            this.load();
        } else {
            super.follow(target);
        }
    }
}

registry.category("actions").add("client_base.department", Department);
