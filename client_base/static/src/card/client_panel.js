import { Component, markup, onMounted, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A panel of the client card, drawn by the server (client_card_templates.xml). It is read when it
 * comes into sight, so that the form itself waits for none of them.
 */
export class ClientPanel extends Component {
    static template = "client_base.ClientPanel";
    static props = { ...standardWidgetProps, name: String };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.root = useRef("root");
        this.state = useState({ html: "", loaded: false });
        this.asked = 0;
        onMounted(() => this.load());
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.resId) {
                this.load(props.record.resId);
            }
        });
        // What was saved on the form may show in the panel.
        useBus(this.props.record.model.bus, "update", () => this.props.record.dirty || this.load());
    }

    async load(resId = this.props.record.resId) {
        this.resId = resId;
        if (!resId) {
            return;
        }
        const asked = ++this.asked;
        const html = await this.orm.silent.call("res.partner", "get_client_panel", [[resId], this.props.name]);
        if (asked === this.asked) {
            this.state.html = markup(html);
            this.state.loaded = true;
        }
    }

    onClick(ev) {
        const target = ev.target.closest("[data-tab], [data-call], [data-open], [data-new]");
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
        const { tab, call, open, id, field, value } = target.dataset;
        const title = (target.querySelector("title") ?? target).textContent.trim();
        if (tab) {
            this.root.el.closest(".o_form_view").querySelector(`.o_notebook [name="${tab}"]`)?.click();
        } else if (call) {
            this.call(call);
        } else if (open) {
            this.openDialog({ resModel: open, resId: Number(id), title });
        } else {
            const context = { [`default_${field}`]: value ? Number(value) : this.resId };
            this.openDialog({ resModel: target.dataset.new, context, title });
        }
    }

    openDialog(props) {
        this.dialog.add(FormViewDialog, { ...props, onRecordSaved: () => this.refresh() });
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
