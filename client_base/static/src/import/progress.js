import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 2;

/** Reads the record again while something goes on with it in the background (its field "job"). */
export class ClientProgress extends Component {
    static template = xml`<span/>`;
    static props = { ...standardWidgetProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.look(), SECONDS * 1000);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async look() {
        const { record } = this.props;
        if (record.data.job && !record.dirty) {
            await record.load();
            record.model.notify();
        }
    }
}

registry.category("view_widgets").add("client_progress", { component: ClientProgress });
