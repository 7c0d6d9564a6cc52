"""Sentences of Django's own that our catalogue says in other words.

In Django's Persian a file is called what here is the file of a case, so that "the submitted file is empty" would speak
of a case. Our catalogue is asked before Django's; here its sentences are found when ours are gathered.
"""

from django.utils.translation import gettext_noop as _

ABOUT_FILES = (
    _("No file was submitted. Check the encoding type on the form."),
    _("No file was submitted."),
    _("The submitted file is empty."),
)
