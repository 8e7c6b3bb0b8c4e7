"""Every page of the dashboard on one screen. Each names its permission: `access.page`."""

from django.urls import path
from django.views.generic import RedirectView

from availengine.dashboard.views import (
    business,
    choose,
    closures,
    deposits,
    home,
    hours,
    members,
    new,
    public_holidays,
    resources,
    rules,
    services,
    setup,
)

app_name = "dashboard"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("new/", new.new, name="new"),
    path("<slug:slug>", RedirectView.as_view(pattern_name="dashboard:home")),
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/setup/", setup.setup, name="setup"),
    path("<slug:slug>/setup/services/", services.services, name="services"),
    path("<slug:slug>/setup/services/new/", services.add, name="service-new"),
    path("<slug:slug>/setup/services/<id:key>/", services.edit, name="service"),
    path("<slug:slug>/setup/services/<id:key>/move/", services.move, name="service-move"),
    path("<slug:slug>/setup/services/<id:key>/offer/", services.offer, name="service-offer"),
    path("<slug:slug>/setup/services/<id:key>/remove/", services.remove, name="service-remove"),
    path("<slug:slug>/setup/categories/<id:key>/", services.category, name="category"),
    path("<slug:slug>/setup/categories/<id:key>/remove/", services.remove_category, name="category-remove"),
    path("<slug:slug>/setup/resources/", resources.resources, name="resources"),
    path("<slug:slug>/setup/resources/new/", resources.add, name="resource-new"),
    path("<slug:slug>/setup/resources/several/", resources.add_several, name="resources-new"),
    path("<slug:slug>/setup/resources/<id:key>/", resources.edit, name="resource"),
    path("<slug:slug>/setup/resources/<id:key>/hours/", hours.of_resource, name="resource-hours"),
    path("<slug:slug>/setup/resources/<id:key>/remove/", resources.remove, name="resource-remove"),
    path("<slug:slug>/setup/hours/", hours.of_business, name="hours"),
    path("<slug:slug>/setup/closures/", closures.closures, name="closures"),
    path("<slug:slug>/setup/closures/new/", closures.add, name="closure-new"),
    path("<slug:slug>/setup/closures/holidays/", public_holidays.public_holidays, name="holidays"),
    path("<slug:slug>/setup/closures/<id:key>/", closures.edit, name="closure"),
    path("<slug:slug>/setup/closures/<id:key>/remove/", closures.remove, name="closure-remove"),
    path("<slug:slug>/setup/rules/", rules.rules, name="rules"),
    path("<slug:slug>/setup/deposits/", deposits.deposits, name="deposits"),
    path("<slug:slug>/setup/business/", business.business, name="business"),
    path("<slug:slug>/setup/members/", members.members, name="members"),
    path("<slug:slug>/setup/members/<id:key>/role/", members.change_role, name="member-role"),
    path("<slug:slug>/setup/members/<id:key>/remove/", members.remove, name="member-remove"),
    path("<slug:slug>/setup/members/<id:key>/invite/", members.invite_again, name="member-invite"),
]
