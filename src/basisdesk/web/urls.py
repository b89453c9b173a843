"""The few addresses that are not files of the terminal."""

from django.urls import path

from basisdesk.web import views

urlpatterns = [
    path("", views.not_built),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
]
