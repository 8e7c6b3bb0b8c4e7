"""Every page of the dashboard on one screen. Each names its permission: `access.page`."""

from django.urls import path
from django.views.generic import RedirectView

from availengine.dashboard.views import (
    audit,
    billing,
    booking_page,
    calendar,
    choose,
    home,
    insights,
    keys,
    members,
    messages,
    move,
    setup,
    webhook_log,
    webhooks,
    why,
)

app_name = "dashboard"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("<slug:slug>", RedirectView.as_view(pattern_name="dashboard:home")),
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/changes/", home.changes, name="changes"),
    path("<slug:slug>/calendar/", calendar.week, name="calendar"),
    path("<slug:slug>/bookings/<id:key>/move/", move.move, name="booking-move"),
    path("<slug:slug>/insights/", insights.insights, name="insights"),
    path("<slug:slug>/insights/numbers.csv", insights.insight_numbers, name="insight-numbers"),
    path("<slug:slug>/setup/", setup.setup, name="setup"),
    path("<slug:slug>/setup/members/", members.members, name="members"),
    path("<slug:slug>/setup/members/<id:key>/role/", members.change_role, name="member-role"),
    path("<slug:slug>/setup/members/<id:key>/remove/", members.remove, name="member-remove"),
    path("<slug:slug>/setup/members/<id:key>/invite/", members.invite_again, name="member-invite"),
    path("<slug:slug>/setup/page/", booking_page.booking_page, name="booking-page"),
    path("<slug:slug>/setup/page/key/", booking_page.new_key, name="booking-page-key"),
    path("<slug:slug>/setup/keys/", keys.keys, name="keys"),
    path("<slug:slug>/setup/keys/<id:key>/rotate/", keys.rotate, name="key-rotate"),
    path("<slug:slug>/setup/keys/<id:key>/revoke/", keys.revoke, name="key-revoke"),
    path("<slug:slug>/setup/webhooks/", webhooks.webhooks, name="webhooks"),
    path("<slug:slug>/setup/webhooks/<id:key>/", webhook_log.webhook, name="webhook"),
    path("<slug:slug>/setup/webhooks/<id:key>/change/", webhooks.change, name="webhook-change"),
    path("<slug:slug>/setup/webhooks/<id:key>/switch/", webhooks.switch, name="webhook-switch"),
    path("<slug:slug>/setup/webhooks/<id:key>/remove/", webhooks.remove, name="webhook-remove"),
    path("<slug:slug>/setup/webhooks/<id:key>/secret/", webhooks.new_secret, name="webhook-secret"),
    path("<slug:slug>/setup/webhooks/<id:key>/test/", webhooks.send_test, name="webhook-test"),
    path("<slug:slug>/setup/webhooks/<id:key>/replay/", webhooks.replay, name="webhook-replay"),
    path(
        "<slug:slug>/setup/webhooks/<id:key>/deliveries/<id:delivery_id>/",
        webhook_log.delivery,
        name="webhook-delivery",
    ),
    path(
        "<slug:slug>/setup/webhooks/<id:key>/deliveries/<id:delivery_id>/resend/",
        webhook_log.resend_one,
        name="webhook-resend",
    ),
    path("<slug:slug>/setup/audit/", audit.audit, name="audit"),
    path("<slug:slug>/setup/billing/", billing.billing, name="billing"),
    path("<slug:slug>/messages/", messages.messages, name="messages"),
    path("<slug:slug>/why/", why.why, name="why"),
]
