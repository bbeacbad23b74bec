import { onWillUpdateProps } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { ServerPanel } from "./server_panel";

/**
 * A panel of the client card (client_card_templates.xml). It is read when it comes into sight, so
 * that the form itself waits for none of them. Beyond what all panels do its buttons know
 *
 *     data-field-name   put the cursor into that field
 *     data-tab      show that page of the form
 *     data-call     call that method of the client
 *     data-filter   show only rows of that data-kind, or all again
 */
export class ClientPanel extends ServerPanel {
    static template = "client_base.ClientPanel";
    static props = { ...standardWidgetProps, name: String };

    setup() {
        super.setup();
        this.resId = this.props.record.resId;
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.resId) {
                this.turnTo(props.record.resId);
            }
        });
        useBus(this.props.record.model.bus, "update", () => this.onUpdate());
        // A record that is saved is not loaded again: that it is clean now is all one sees of it.
        useRecordObserver((record) => {
            const saved = this.dirty && !record.dirty;
            this.dirty = record.dirty;
            if (saved) {
                this.onUpdate();
            }
        });
    }

    /** What was saved on the form may show in the panel. */
    onUpdate() {
        if (!this.props.record.dirty) {
            this.turnTo(this.props.record.resId);
        }
    }

    turnTo(resId) {
        if (resId !== this.resId) {
            this.resId = resId;
            // What is drawn still is of the client before: its buttons would act on this one.
            this.state.loaded = false;
        }
        this.load();
    }

    async fetch() {
        return this.resId
            ? this.orm.silent.call("res.partner", "get_client_panel", [[this.resId], this.props.name])
            : null;
    }

    follow(target) {
        const { fieldName, tab, call, filter } = target.dataset;
        if (fieldName) {
            this.enter(fieldName);
        } else if (tab) {
            this.show(tab);
        } else if (call) {
            this.call(call);
        } else if (filter !== undefined) {
            this.narrow(filter);
        } else {
            super.follow(target);
        }
    }

    /** Show only rows of that kind, or all where it names none. */
    narrow(kind) {
        for (const row of this.root.el.querySelectorAll("[data-kind]")) {
            row.classList.toggle("d-none", Boolean(kind) && row.dataset.kind !== kind);
        }
        for (const button of this.root.el.querySelectorAll("[data-filter]")) {
            button.classList.toggle("active", button.dataset.filter === kind);
            button.setAttribute("aria-pressed", button.dataset.filter === kind);
        }
    }

    /** Show a page of the form, which may lie below what the screen shows. */
    show(tab) {
        const link = this.root.el.closest(".o_form_view").querySelector(`.o_notebook [name="${tab}"]`);
        link?.click();
        link?.closest(".o_notebook").scrollIntoView();
    }

    /** Put the cursor into a field, on whichever page of the form it is. */
    async enter(name) {
        const form = this.root.el.closest(".o_form_view");
        const find = () => form.querySelector(`.o_field_widget[name="${name}"]`);
        for (const link of [null, ...form.querySelectorAll(".o_notebook .nav-link")]) {
            if (find()) {
                break;
            }
            link?.click();
            await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }
        const field = find();
        field?.scrollIntoView({ block: "center" });
        field?.querySelector("input, textarea, select, a, button")?.focus();
    }

    async call(method) {
        const action = await this.orm.call("res.partner", method, [[this.resId]]);
        if (action) {
            await this.action.doAction(action, { onClose: () => this.refresh() });
        } else {
            await this.refresh();
        }
    }

    /** The record is read again, which tells all panels of the form. */
    async refresh() {
        if (this.props.record.dirty) {
            await this.load();
        } else {
            await this.props.record.load();
            this.props.record.model.notify();
        }
    }
}

export const clientPanel = {
    component: ClientPanel,
    extractProps: ({ attrs }) => ({ name: attrs.panel }),
};

registry.category("view_widgets").add("client_panel", clientPanel);
