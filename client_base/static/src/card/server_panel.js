import { Component, markup, onMounted, useRef, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

const ACTS = ["argument", "ask", "call", "field-name", "filter", "list", "new", "open", "rows", "tab"].map((name) => `[data-${name}]`).join(", ");

/**
 * HTML that the server draws and that acts here: buttons say what they do in data attributes.
 *
 *     data-open, data-id                          open a record in a dialog
 *     data-new, data-field, data-value            enter a record, with that default
 *     data-context                                further defaults, as JSON
 *     data-list, data-domain, data-views          open a list of records, the domain as JSON, the context, too
 */
export class ServerPanel extends Component {
    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.state = useState({ html: "", loaded: false, failed: false });
        this.asked = 0;
        onMounted(() => this.load());
    }

    /** Ask the server for the HTML: each panel knows how. */
    fetch() {
        throw new Error("A panel says where its HTML comes from.");
    }

    async load(...how) {
        const asked = ++this.asked;
        this.state.failed = false;
        const html = await this.watch(this.fetch(...how));
        // Of several answers under way the last asked for counts.
        if (asked === this.asked && html !== null) {
            this.state.html = markup(html);
            this.state.loaded = true;
        }
    }

    /** Wait for an answer; where there is none the panel says so and offers to try again. */
    async watch(answer) {
        try {
            return await answer;
        } catch (error) {
            this.state.failed = true;
            throw error;
        }
    }

    onClick(ev) {
        const target = ev.target.closest(ACTS);
        if (target) {
            this.follow(target);
        }
    }

    onKeydown(ev) {
        // Buttons press themselves; the shapes of a picture do not.
        if (["Enter", " "].includes(ev.key) && ev.target.closest("svg [role=button]")) {
            ev.preventDefault();
            this.onClick(ev);
        }
    }

    follow(target) {
        const { open, id, field, value, context, list, domain, views } = target.dataset;
        const title = (target.querySelector("title") ?? target).textContent.trim();
        if (list) {
            const place = target.closest("tr, section");
            const head = place?.querySelector(":scope > th") ?? place?.querySelector("button");
            this.action.doAction({
                type: "ir.actions.act_window",
                name: head?.textContent.trim() || title,
                res_model: list,
                views: (views ?? "list,form").split(",").map((type) => [false, type]),
                domain: JSON.parse(domain),
                context: JSON.parse(context ?? "{}"),
            });
        } else if (open) {
            this.openDialog({ resModel: open, resId: Number(id), title });
        } else if (target.dataset.new) {
            const defaults = { [`default_${field}`]: Number(value ?? this.resId) };
            this.openDialog({
                resModel: target.dataset.new,
                context: { ...defaults, ...JSON.parse(context ?? "{}") },
                title,
            });
        }
    }

    openDialog({ resModel, resId, context, title }) {
        const action = {
            type: "ir.actions.act_window",
            name: title,
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
            target: "new",
            context,
        };
        return this.action.doAction(action, { onClose: () => this.refresh() });
    }

    refresh() {
        return this.load();
    }
}
