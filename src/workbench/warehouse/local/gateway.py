"""HTTP in front of the engine: who may ask, one statement at a time a session, cancelling, and no retries.

fakesnow's own handlers do the work; each statement runs in a thread, so that a long one never keeps the others waiting.
"""

from __future__ import annotations

import asyncio
import gzip
import hmac
import json
import logging
import secrets
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from workbench.warehouse.local.address import USER, Address
from workbench.warehouse.local.answers import Chunks, answered
from workbench.warehouse.local.history import History, is_asked

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response

log = logging.getLogger("workbench.warehouse")

# the connector's own read times out after 60 s and would then send the statement again
POLL_SECONDS = 25.0
KEPT_BYTES = 65_536
KEPT_ANSWERS = 256
IN_PROGRESS = "333333"
WRONG_PASSWORD = "390100"  # noqa: S105  Snowflake's error number, not a password
CANCELLED = "000604"
INTERNAL_ERROR = "370001"


class Gateway:
    """The HTTP application over an engine. Everything but the login wants a token that the login gave."""

    def __init__(self, engine: Any, address: Address, chunks: Chunks) -> None:
        self._engine = engine
        self._chunks = chunks
        self._address = address
        self._upload_key = secrets.token_urlsafe(24)
        self._history = History()
        self._sessions: dict[str, threading.Lock] = {}
        self._running: dict[str, asyncio.Task[Response]] = {}
        self._connections: dict[str, Any] = {}
        self._begun: set[str] = set()
        self._cancelled: set[str] = set()
        self._answered: OrderedDict[str, Response] = OrderedDict()
        self._last_request = time.monotonic()
        self._in_flight = 0
        self.app = self._application()

    def idle_seconds(self) -> float:
        """Seconds since the last request ended; 0 while one is served."""
        running = any(not task.done() for task in self._running.values())
        return 0.0 if self._in_flight or running else time.monotonic() - self._last_request

    def interrupt(self) -> bool:
        """Cut off the statements that are running; False if there are none."""
        running = [key for key, task in self._running.items() if not task.done()]
        for key in running:
            self._connections[key]._duck_conn.interrupt()
        return bool(running)

    def _application(self) -> Any:
        import fakesnow.server
        from starlette.applications import Starlette
        from starlette.routing import Route

        stage_info = fakesnow.server.gcs_stage_info

        def with_key(*args: Any) -> dict[str, Any]:
            info: dict[str, Any] = stage_info(*args)
            return {**info, "presignedUrl": f"{info['presignedUrl']}?key={self._upload_key}"}

        fakesnow.server.gcs_stage_info = with_key
        routes = [
            Route("/session/v1/login-request", self._login, methods=["POST"]),
            Route("/session", self._session, methods=["POST"]),
            Route("/session/heartbeat", self._session, methods=["POST"]),
            Route("/queries/v1/query-request", self._query, methods=["POST"]),
            Route("/queries/v1/abort-request", self._abort, methods=["POST"]),
            Route("/queries/{request}/result", self._result, methods=["GET"]),
            Route("/results/{key}/{number}", self._chunk, methods=["GET"]),
            Route("/fs_bucket/{path:path}", self._upload, methods=["PUT"]),
            Route("/monitoring/queries/{sfqid}", fakesnow.server.monitoring_query, methods=["GET"]),
            Route("/telemetry/send", self._nothing, methods=["POST"]),
        ]
        return self._counted(Starlette(routes=routes))

    def _counted(self, app: Starlette) -> Any:
        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self._in_flight += 1
            try:
                await app(scope, receive, send)
            finally:
                self._in_flight -= 1
                self._last_request = time.monotonic()

        return counted

    async def _login(self, request: Request) -> Response:
        import fakesnow.server

        data = (await _json(request))["data"]
        known = hmac.compare_digest(str(data.get("PASSWORD", "")).encode(), self._address.password.encode())
        if not known or str(data.get("LOGIN_NAME", "")).lower() != USER:
            return _failure(WRONG_PASSWORD, "Incorrect username or password was specified.", "08001")
        if "FAKESNOW_DB_PATH" in (data.get("SESSION_PARAMETERS") or {}):
            return _failure(WRONG_PASSWORD, "FAKESNOW_DB_PATH would open files that others own.", "08001")
        response = await fakesnow.server.login_request(request)
        answer = json.loads(response.body)
        answer["data"]["parameters"].append({"name": "CLIENT_TELEMETRY_ENABLED", "value": False})
        answer["data"]["masterToken"] = answer["data"]["token"]  # without one the connector ends no session
        self._sessions[answer["data"]["token"]] = threading.Lock()
        return _answer(answer)

    async def _session(self, request: Request) -> Response:
        import fakesnow.server

        token = _token(request)
        connection = fakesnow.server.sessions.get(token)
        response: Response = await fakesnow.server.session(request)
        lock = self._sessions.pop(token, None) if request.query_params.get("delete") else None
        if connection is not None and lock is not None:
            connection._duck_conn.interrupt()
            await asyncio.to_thread(_close, connection, lock)
            self._chunks.forget(connection)
        return response

    async def _query(self, request: Request) -> Response:
        """Run one statement. A request that comes again, because its answer was lost on the way, runs nothing again: it
        waits with the first, or has its answer. (Large answers aren't kept: what gives one can be run twice.)
        """
        import fakesnow.server

        token = _token(request)
        if token not in self._sessions:
            return await fakesnow.server.query_request(request)  # says that one must log in
        body = await _json(request)
        key = request.query_params.get("requestId") or secrets.token_hex(16)
        if key in self._answered:
            return self._answered[key]
        if key not in self._running:
            self._connections[key] = fakesnow.server.sessions[token]
            running = asyncio.to_thread(self._run, key, request, body, self._sessions[token])
            self._running[key] = asyncio.create_task(running)
        return await self._wait(key)

    async def _result(self, request: Request) -> Response:
        key = request.path_params["request"]
        if _token(request) not in self._sessions or key not in self._running:
            return _failure("000709", f"Statement {key} not found", "02000")
        return await self._wait(key)

    async def _wait(self, key: str) -> Response:
        """The statement's answer, or where to ask for it when it takes long."""
        task = self._running[key]
        done, _ = await asyncio.wait([task], timeout=POLL_SECONDS)
        if not done:
            data = {"getResultUrl": f"/queries/{key}/result", "queryId": key}
            return _answer({"data": data, "code": IN_PROGRESS, "message": None, "success": True})
        self._connections.pop(key, None)
        self._running.pop(key, None)
        response = task.result()
        if len(response.body) <= KEPT_BYTES:
            self._answered[key] = response
            while len(self._answered) > KEPT_ANSWERS:
                self._answered.popitem(last=False)
        return response

    def _run(self, key: str, request: Request, body: dict[str, Any], lock: threading.Lock) -> Response:
        """In a thread: the statement, after those that its session asked for before."""
        try:
            with lock:
                if key in self._cancelled:
                    return _failure(CANCELLED, "SQL execution canceled", "57014")
                self._begun.add(key)
                return _answer(self._noted(request, body, self._connections[key]))
        except Exception:
            log.exception("can't answer: %s", request.url.path)
        finally:
            self._begun.discard(key)
        # the connector would send a statement that ended with a status of 500 again and again
        return _failure(INTERNAL_ERROR, "the local warehouse can't run this statement; its log says why", "XX000")

    def _noted(self, request: Request, body: dict[str, Any], connection: Any) -> dict[str, Any]:
        """The statement's answer, and the statement in the history from its beginning to its end."""
        session = id(connection) % 10**12
        entry = self._history.begin(body, getattr(connection, "_wb_query_tag", ""), session, USER.upper())
        answer: dict[str, Any] = {"success": False, "message": "the local warehouse can't run this statement"}
        try:
            if is_asked(body["sqlText"]):
                self._history.show(connection)
            address = f"{request.url.scheme}://{request.url.netloc}"
            answer = answered(connection, body, request, self._chunks, address)
        finally:
            entry.end(answer)
        return answer

    async def _chunk(self, request: Request) -> Response:
        """A part of a large result. Its address is the permission: the connector sends no token with it."""
        from starlette.responses import Response as Plain

        file = self._chunks.file(request.path_params["key"], request.path_params["number"])
        if file is None:
            return Plain(status_code=404)
        return Plain(await asyncio.to_thread(file.read_bytes))

    async def _abort(self, request: Request) -> Response:
        key = (await _json(request)).get("requestId", "")
        if _token(request) in self._sessions and (task := self._running.get(key)) is not None:
            self._cancelled.add(key)
            connection = self._connections[key]
            # one that is about to begin, or between two of its parts, doesn't hear it the first time
            while not task.done():
                if key in self._begun:
                    connection._duck_conn.interrupt()
                await asyncio.wait([task], timeout=0.05)
            self._cancelled.discard(key)
        return _answer({"data": None, "success": True})

    async def _upload(self, request: Request) -> Response:
        import fakesnow.server

        if not hmac.compare_digest(request.query_params.get("key", ""), self._upload_key):
            from starlette.responses import Response as Plain

            return Plain(status_code=403)
        return await fakesnow.server.bucket_upload(request)

    async def _nothing(self, _: Request) -> Response:
        return _answer({"success": True})


def _close(connection: Any, lock: threading.Lock) -> None:
    """Close a session when its statement has ended; what it didn't commit is gone."""
    with lock:
        connection.close()


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    content: dict[str, Any] = json.loads(body)
    return content


def _token(request: Request) -> str:
    return request.headers.get("authorization", "")[len('Snowflake Token="') : -1]


def _failure(code: str, message: str, state: str) -> JSONResponse:
    data = {"errorCode": code, "sqlState": state}
    return _answer({"data": data, "code": code, "message": message, "success": False})


def _answer(content: dict[str, Any]) -> JSONResponse:
    from starlette.responses import JSONResponse

    return JSONResponse(content)
