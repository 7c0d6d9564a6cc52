"""What gunicorn reads by itself when it is started in this folder: what `manage.py serve` gives it too."""

# Its own form of a log holds addresses, paths and what readers sent.
logger_class = "config.server_log.ServerLogger"
accesslog = None
# A door for commanding the server that nobody here uses.
control_socket_disable = True
