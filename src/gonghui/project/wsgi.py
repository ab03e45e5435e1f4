"""The application a web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.project.settings")
application = get_wsgi_application()

from gonghui.core import search  # noqa: E402  # these need the apps, which the line above loads
from gonghui.project import demo  # noqa: E402

demo.refuse_in_production()
search.initials("工会")  # zh  # the dictionary of readings is loaded before anybody types
