import { Component, xml } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useReload } from "@client_base/reload/reload";

const SECONDS = 4;

/** Reads the form anew while its campaign is being sent, so that the figures are live. */
export class CampaignLive extends Component {
    static template = xml`
        <span t-if="!reload.stopped" class="text-muted" role="status">
            <i class="fa fa-circle-o-notch fa-spin me-1" aria-hidden="true"/><t t-esc="words"/>
        </span>`;
    static props = { ...standardFieldProps };

    setup() {
        this.words = _t("Being sent; the figures follow by themselves.");
        this.reload = useReload(SECONDS, ({ data }) => data.state === "sending" && !data.paused);
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
