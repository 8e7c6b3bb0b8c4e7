"""Every page of the dashboard on one screen. Each names its permission: `access.page`."""

from django.urls import path
from django.views.generic import RedirectView

from availengine.dashboard.views import choose, home, insights, members, setup

app_name = "dashboard"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("<slug:slug>", RedirectView.as_view(pattern_name="dashboard:home")),
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/insights/", insights.insights, name="insights"),
    path("<slug:slug>/insights/numbers.csv", insights.insight_numbers, name="insight-numbers"),
    path("<slug:slug>/setup/", setup.setup, name="setup"),
    path("<slug:slug>/setup/members/", members.members, name="members"),
    path("<slug:slug>/setup/members/<id:key>/role/", members.change_role, name="member-role"),
    path("<slug:slug>/setup/members/<id:key>/remove/", members.remove, name="member-remove"),
    path("<slug:slug>/setup/members/<id:key>/invite/", members.invite_again, name="member-invite"),
]
