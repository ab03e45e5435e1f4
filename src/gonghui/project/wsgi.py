"""The application a web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.project.settings")
application = get_wsgi_application()

from gonghui.project import demo  # noqa: E402  # needs the apps, which the line above loads

demo.refuse_in_production()
