"""The site's URLs: pages of raters and leads, model pages, accounts, the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from evalsite.watching.probes import PROBES

urlpatterns = [
    # Answered by ``evalsite.watching.probes.Probes`` before reaching this list.
    *(path(where[1:], view, name=where[1:]) for where, view in PROBES.items()),
    path("", include("evalsite.signing_in.account_urls")),
    # The admin's own login would have no second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login")),
    path("admin/", admin.site.urls),
    path("api/", include("annotations.api.urls")),
    path("model/", include("gaitmodel.urls")),
    path("", include("annotations.urls")),
]

handler400 = "evalsite.errors.bad_request"
handler404 = "evalsite.errors.not_found"
handler500 = "evalsite.errors.server_error"
