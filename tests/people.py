"""The people of the tests: Ada and Ben rate, Cleo and Dora lead."""

from django.contrib.auth.models import User

PASSWORD = "walking-slowly-42"


def rater(name: str) -> User:
    return User.objects.create_user(username=name, password=PASSWORD)


def lead(name: str) -> User:
    return User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
