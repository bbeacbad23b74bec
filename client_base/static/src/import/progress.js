import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { useReload } from "@client_base/reload/reload";

const SECONDS = 2;

/** Reads the record again while something goes on with it in the background (its field "job"). */
export class ClientProgress extends Component {
    static template = xml`<span/>`;
    static props = { ...standardWidgetProps };

    setup() {
        useReload(SECONDS, ({ data }) => data.job);
    }
}

registry.category("view_widgets").add("client_progress", { component: ClientProgress });
