"""The site's addresses: raters' and leads' rooms, the model room, the admin."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("model/", include("gaitmodel.urls")),
    path("", include("annotations.urls")),
]
