import { registry } from "@web/core/registry";

import { ServerPage } from "./server_page";

/** The page "Department", drawn by the server. */
export class Department extends ServerPage {
    static template = "client_base.ServerPage";

    /** Which period, and whose work. */
    getFirstWanted() {
        return { period: "month", user: this.props.action.params?.user_id ?? "" };
    }

    fetch() {
        const { period, user } = this.wanted;
        return this.orm.silent.call("client.department", "get_page", [period, Number(user) || null]);
    }

    follow(target) {
        const { argument, value } = target.dataset;
        if (argument) {
            this.want(argument, value);
        } else {
            super.follow(target);
        }
    }
}

registry.category("actions").add("client_base.department", Department);
