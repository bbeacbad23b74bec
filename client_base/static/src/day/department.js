import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ServerPanel } from "../card/server_panel";

/** The page "Department", drawn by the server. */
export class Department extends ServerPanel {
    static template = "client_base.Department";
    static props = { ...standardActionServiceProps };

    setup() {
        super.setup();
        this.period = "month";
    }

    fetch() {
        return this.orm.silent.call("client.department", "get_page", [this.period]);
    }

    follow(target) {
        if (target.dataset.argument === "period") {
            this.period = target.dataset.value;
            this.load();
        } else {
            super.follow(target);
        }
    }
}

registry.category("actions").add("client_base.department", Department);
