"""The production server as crash tests start it: it obeys CALLBOARD_FAILPOINT and runs on a PostgreSQL whose
fsync is off; ``serve`` refuses both."""

from dashapp import config
from dashapp.cli import logs, serve

if __name__ == "__main__":
    settings = config.load()
    logs.set_up(settings)
    serve.start(settings)
