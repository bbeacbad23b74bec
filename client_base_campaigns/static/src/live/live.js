import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, xml } from "@odoo/owl";

const INTERVAL = 4000;

/** Reads the form anew while its campaign is being sent, so that the figures are live. */
export class CampaignLive extends Component {
    static template = xml`<span class="text-muted"><i class="fa fa-circle-o-notch fa-spin me-1"/></span>`;
    static props = { ...standardFieldProps };

    setup() {
        let timer;
        onMounted(() => {
            timer = setInterval(() => this.reload(), INTERVAL);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    async reload() {
        const record = this.props.record;
        // What somebody is writing is not taken away.
        if (record.data.state === "sending" && !record.data.paused && !(await record.isDirty())) {
            await record.load();
        }
    }
}

/** Who would be left out, and why, as one line. */
export class CampaignForecast extends Component {
    static template = xml`
        <span t-foreach="props.record.data[props.name] || []" t-as="row" t-key="row.reason" class="me-3">
            <b t-esc="row.count"/> <t t-esc="row.reason"/>
        </span>`;
    static props = { ...standardFieldProps };
}

registry.category("fields").add("client_campaign_live", { component: CampaignLive, supportedTypes: ["selection"] });
registry.category("fields").add("client_campaign_forecast", { component: CampaignForecast, supportedTypes: ["json"] });
