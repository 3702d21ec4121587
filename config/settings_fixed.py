"""What no environment changes: rules for passwords, the interface, the queue and its periodic work, the theme of the staff desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Accounts are made by appointment, nobody signs up with the address of another: no mail has to be confirmed first.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "association.second_factor.SealingAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "association.problems.problem_details",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "培训行业协会门户 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": None,
    "ENUM_NAME_OVERRIDES": {
        "PublicState": "credit_rating.choices.PublicState",
        "RoundState": "credit_rating.choices.RoundState",
        "PastState": "disclosure.api.serializers.PAST_STATES",
        "ResultState": "disclosure.api.serializers.RESULT_STATES",
        "PledgeState": "disclosure.api.pledge.STATES",
    },
}

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# A worker keeps its connection to the database; every job asks first whether it still works.
CELERY_DB_REUSE_MAX = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "health_check_interval": 25,
}
CELERY_BEAT_SCHEDULE = {"tick": {"task": "association.tick", "schedule": 30.0}}
# Task of each association, and its period in seconds. Two beats, or none for a while, do no harm.
# The public copies follow events; their sweep heals what was missed.
PERIODIC = {
    "credit_rating.keep_the_clock": 60,
    "complaints.keep_the_clock": 60,
    "members.keep_membership": 60,
    "members.keep_dues": 3600,
    "complaints.retire_personal_data": 24 * 3600,
    "complaints.close_years": 24 * 3600,
    "disclosure.refresh_register": 60,
    "disclosure.sign_log": 600,
    "disclosure.plan_open_data": 24 * 3600,
    "association.keep_clocks": 60,
    "association.keep_pledge": 60,
    "association.tidy_outbox": 24 * 3600,
    # Once a day at 8:00 in Beijing, so that no row tells at which hour somebody told us something.
    "complaints.keep_leads": 24 * 3600,
    "association.destroy_originals": 24 * 3600,
}
# What each association is asked for after the reference data of a new version was loaded: rows of before catch up.
AFTER_UPDATE = ("credit_rating.open_missing_terms", "disclosure.catch_up_log")
# What answers the search of the staff desk as it answers the public one: ids of institutions of an association.
INSTITUTIONS_MEANT = "disclosure.queries.register.institutions_meant"
# Which task brings the copies of an end up to date, for each kind of case that keeps some.
DEADLINE_FOLLOWERS = dict.fromkeys(
    ("rating", "public_notice", "objection"), "credit_rating.follow_deadline"
) | {"council_vote": "members.follow_deadline"}

UNFOLD = {
    "SITE_TITLE": _("协会工作台"),
    "SITE_HEADER": _("协会工作台"),
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.dashboard.mark"}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.dashboard.navigation",
    },
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"who": {"()": "association.logging.Whereabouts"}},
    "formatters": {"json": {"()": "association.logging.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["who"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False, "level": "INFO"},
        # Its finer lines tell what stands inside a picture: where it was taken, and by whom.
        "PIL": {"level": "INFO"},
    },
}
