import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { ServerPage } from "./server_page";

/** The page "Completeness", drawn by the server. */
export class Completeness extends ServerPage {
    static template = "client_base.ServerPage";

    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    getFirstWanted() {
        return { by: "owner" };
    }

    fetch(again = false) {
        const orm = again ? this.orm : this.orm.silent;
        return orm.call("client.completeness", "get_page", [this.wanted.by, again]);
    }

    follow(target) {
        const { argument, value, ask, what } = target.dataset;
        if (ask !== undefined) {
            this.ask(Number(ask) || null, Number(what) || null);
        } else if (argument === "by") {
            this.want(argument, value);
        } else if (argument === "again") {
            target.disabled = true;
            this.load(true);
        } else {
            super.follow(target);
        }
    }

    async ask(owner, requirement) {
        const asked = await this.orm.call("client.gap.task", "ask", [owner, requirement]);
        const words = asked ? _t("Asked: %s", asked) : _t("They were asked before, or nothing is missing.");
        this.notification.add(words, { type: asked ? "success" : "info" });
        return this.load();
    }
}

registry.category("actions").add("client_base.completeness", Completeness);
