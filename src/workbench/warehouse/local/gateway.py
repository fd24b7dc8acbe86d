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

from workbench.warehouse.local import context, mends, parameters
from workbench.warehouse.local.address import USER, Address
from workbench.warehouse.local.answers import Chunks, answered
from workbench.warehouse.local.asked import AGAIN_SECONDS, Asked
from workbench.warehouse.local.errors import UNSUPPORTED, refuse
from workbench.warehouse.local.history import History, is_asked
from workbench.warehouse.local.sessions import Session, opened

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response

log = logging.getLogger("workbench.warehouse")

# the connector's own read times out after 60 s and would then send the statement again
POLL_SECONDS = 25.0
KEPT_BYTES = 65_536
KEPT_ANSWERS = 512  # two of each: by its key and by its query's id
IN_PROGRESS, IN_PROGRESS_ASYNC = "333333", "333334"
LOG_IN_AGAIN = "390104"
TIMEOUT = "STATEMENT_TIMEOUT_IN_SECONDS"
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
        self._sessions: dict[str, Session] = {}
        self._asked: dict[str, Asked] = {}  # by the client's key, and by the query's id
        self._answered: OrderedDict[str, Response] = OrderedDict()
        self._last_request = time.monotonic()
        self._in_flight = 0
        mends.cancel_by(self._cancel)
        self.app = self._application()

    def idle_seconds(self) -> float:
        """Seconds since the last request ended; 0 while one is served."""
        return 0.0 if self._in_flight or self._running() else time.monotonic() - self._last_request

    def interrupt(self) -> bool:
        """Cut off the statements that are running; False if there are none."""
        running = self._running()
        for asked in running:
            asked.interrupt()
        return bool(running)

    async def close_left(self) -> None:
        """Close the sessions whose process is gone."""
        for token, session in list(self._sessions.items()):
            if session.is_left():
                log.info("the process %s is gone: its session is closed", session.process)
                await self._close(token)

    def _running(self) -> list[Asked]:
        # a copy: SYSTEM$CANCEL_QUERY looks from another thread
        return [one for one in set(self._asked.copy().values()) if one.task is not None and not one.task.done()]

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
            Route("/queries/{query}/result", self._result, methods=["GET"]),
            Route("/results/{key}/{number}", self._chunk, methods=["GET"]),
            Route("/fs_bucket/{path:path}", self._upload, methods=["PUT"]),
            Route("/monitoring/queries/{query}", self._status, methods=["GET"]),
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
        given, settings = data.get("SESSION_PARAMETERS") or {}, dict[str, str]()
        if "FAKESNOW_DB_PATH" in given:
            return _failure(WRONG_PASSWORD, "FAKESNOW_DB_PATH would open files that others own.", "08001")
        try:
            parameters.at_login(given, settings, refuse)
        except Exception as error:
            return _failure(f"{UNSUPPORTED[0]:06}", str(error), UNSUPPORTED[1])
        response = await fakesnow.server.login_request(request)
        answer = json.loads(response.body)
        answer["data"]["parameters"].append({"name": "CLIENT_TELEMETRY_ENABLED", "value": False})
        answer["data"]["masterToken"] = answer["data"]["token"]  # without one the connector ends no session
        token = answer["data"]["token"]
        self._sessions[token] = opened(fakesnow.server.sessions[token], given, settings)
        return _answer(answer)

    async def _session(self, request: Request) -> Response:
        import fakesnow.server

        response: Response = await fakesnow.server.session(request)
        if request.query_params.get("delete"):
            await self._close(_token(request))
        return response

    async def _close(self, token: str) -> None:
        import fakesnow.server

        session = self._sessions.pop(token, None)
        fakesnow.server.sessions.pop(token, None)
        if session is None:
            return
        left = {asked for asked in self._asked.values() if asked.connection is session.connection}
        for asked in left:
            await _cut_off(asked)
            self._forget(asked)
        await asyncio.to_thread(session.close)
        self._chunks.forget(session.connection)

    async def _query(self, request: Request) -> Response:
        """Run one statement. A request that comes again, because its answer was lost on the way, runs nothing again: it
        waits with the first, or has its answer. (Large answers aren't kept: what gives one can be run twice.)
        """
        token = _token(request)
        if token not in self._sessions:
            return _must_log_in()
        body = await _json(request)
        key = request.query_params.get("requestId") or secrets.token_hex(16)
        if key in self._answered:
            return self._answered[key]
        asked = self._asked.get(key) or self._begin(key, request, body, self._sessions[token])
        if body.get("asyncExec"):
            data = {"getResultUrl": f"/queries/{asked.query_id}/result", "queryId": asked.query_id}
            return _answer({"data": data, "code": IN_PROGRESS_ASYNC, "message": None, "success": True})
        return await self._wait(asked)

    def _begin(self, key: str, request: Request, body: dict[str, Any], session: Session) -> Asked:
        asked = Asked(session.connection, key)
        self._asked[key] = self._asked[asked.query_id] = asked
        asked.task = asyncio.create_task(asyncio.to_thread(self._run, asked, request, body, session.lock))
        asked.task.add_done_callback(lambda _: self._ended(asked))
        return asked

    def _ended(self, asked: Asked) -> None:
        """Keep a small answer for who asks again; one that somebody is to come back for is kept until then."""
        response = asked.task.result() if asked.task is not None else None
        if response is not None and len(response.body) <= KEPT_BYTES:
            self._answered[asked.key] = self._answered[asked.query_id] = response
            while len(self._answered) > KEPT_ANSWERS:
                self._answered.popitem(last=False)
        if not asked.told:
            self._forget(asked)

    def _forget(self, asked: Asked) -> None:
        self._asked.pop(asked.key, None)
        self._asked.pop(asked.query_id, None)

    async def _result(self, request: Request) -> Response:
        query = request.path_params["query"]
        asked = self._asked.get(query)
        if _token(request) in self._sessions and asked is not None:
            return await self._wait(asked)
        if _token(request) in self._sessions and query in self._answered:
            return self._answered[query]
        return _failure("000709", f"Statement {query} not found", "02000")

    async def _wait(self, asked: Asked) -> Response:
        """The statement's answer, or where to ask for it when it takes long."""
        assert asked.task is not None
        done, _ = await asyncio.wait([asked.task], timeout=POLL_SECONDS)
        if not done:
            asked.told = True
            data = {"getResultUrl": f"/queries/{asked.query_id}/result", "queryId": asked.query_id}
            return _answer({"data": data, "code": IN_PROGRESS, "message": None, "success": True})
        self._forget(asked)
        return asked.task.result()

    async def _status(self, request: Request) -> Response:
        """How a statement is doing, by its id. …/developer-guide/python-connector/python-connector-example"""
        if _token(request) not in self._sessions:
            return _must_log_in()
        query = request.path_params["query"]
        entry, asked = self._history.find(query), self._asked.get(query)
        facts: list[dict[str, Any]] = []
        if entry is not None:
            facts = [{"id": query, "status": entry.status, "errorCode": entry.code, "errorMessage": entry.message}]
        elif asked is not None:  # it waits for one that its session asked for before
            facts = [{"id": query, "status": "QUEUED"}]
        return _answer({"data": {"queries": facts}, "success": True})

    def _run(self, asked: Asked, request: Request, body: dict[str, Any], lock: threading.Lock) -> Response:
        """In a thread: the statement, after those that its session asked for before."""
        try:
            with lock:
                if not asked.begin(_timeout(body, asked.connection)):
                    return _failure(CANCELLED, "SQL execution canceled", "57014")
                try:
                    return _answer(self._noted(asked, request, body))
                finally:
                    asked.end()
        except Exception:
            log.exception("can't answer: %s", request.url.path)
        # the connector would send a statement that ended with a status of 500 again and again
        return _failure(INTERNAL_ERROR, "the local warehouse can't run this statement; its log says why", "XX000")

    def _noted(self, asked: Asked, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """The statement's answer, and the statement in the history from its beginning to its end."""
        connection = asked.connection
        known = context.of(connection)
        tag = known.settings.get("QUERY_TAG", "")
        entry = self._history.begin(asked.query_id, body, tag, known.session_id, USER.upper())
        answer: dict[str, Any] = {"success": False, "message": "the local warehouse can't run this statement"}
        try:
            if is_asked(body["sqlText"]):
                self._history.show(connection)
            address = f"{request.url.scheme}://{request.url.netloc}"
            answer = answered(asked, body, request, self._chunks, address)
        finally:
            entry.end(answer)
        return answer

    def _cancel(self, query: str) -> str:
        """SYSTEM$CANCEL_QUERY, in the thread of the statement that asks for it."""
        asked = self._asked.get(query)
        if asked is None or asked.task is None or asked.task.done():
            return "Identified SQL statement is not currently executing."
        asked.cancel()
        return f"query [{query}] terminated."

    async def _chunk(self, request: Request) -> Response:
        """A part of a large result. Its address is the permission: the connector sends no token with it."""
        from starlette.responses import Response as Plain

        file = self._chunks.file(request.path_params["key"], request.path_params["number"])
        if file is None:
            return Plain(status_code=404)
        return Plain(await asyncio.to_thread(file.read_bytes))

    async def _abort(self, request: Request) -> Response:
        asked = self._asked.get((await _json(request)).get("requestId", ""))
        if _token(request) in self._sessions and asked is not None:
            await _cut_off(asked)
        return _answer({"data": None, "success": True})

    async def _upload(self, request: Request) -> Response:
        import fakesnow.server

        if not hmac.compare_digest(request.query_params.get("key", ""), self._upload_key):
            from starlette.responses import Response as Plain

            return Plain(status_code=403)
        return await fakesnow.server.bucket_upload(request)

    async def _nothing(self, _: Request) -> Response:
        return _answer({"success": True})


async def _cut_off(asked: Asked) -> None:
    """What Asked.cancel does, in no thread: those that there are may all be running statements."""
    asked.cancelled = True
    while asked.task is not None and not asked.task.done():
        asked.interrupt()
        await asyncio.wait([asked.task], timeout=AGAIN_SECONDS)


def _timeout(body: dict[str, Any], connection: Any) -> float:
    """How many seconds the statement may take: its own parameter, else the session's; 0 where there is none."""
    own = (body.get("parameters") or {}).get(TIMEOUT)
    return float(context.of(connection).settings.get(TIMEOUT, 0) if own is None else own)


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    content: dict[str, Any] = json.loads(body)
    return content


def _token(request: Request) -> str:
    return request.headers.get("authorization", "")[len('Snowflake Token="') : -1]


def _must_log_in() -> JSONResponse:
    return _failure(LOG_IN_AGAIN, "User must login again to access the service.", "08001", status=401)


def _failure(code: str, message: str, state: str, *, status: int = 200) -> JSONResponse:
    data = {"errorCode": code, "sqlState": state}
    return _answer({"data": data, "code": code, "message": message, "success": False}, status=status)


def _answer(content: dict[str, Any], *, status: int = 200) -> JSONResponse:
    from starlette.responses import JSONResponse

    return JSONResponse(content, status_code=status)
