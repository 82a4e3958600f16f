#!/usr/bin/env python3
"""Makes data/sample/logs: the requests of data/sample/access.ndjson as five programs would have logged them.

  tools/make_sample_logs.py

Each token keeps its time, so audit must give it the verdict that data/sample/expected.ndjson has for it. Written from
those two files alone: another run writes the same bytes, but for what another version of zlib packs otherwise.
"""
import datetime as dt
import gzip
import io
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "sample"
# What is no token by its form, or too long for a log.
LEFT_OUT = {"malformed_record", "missing_token", "missing_time", "token_too_large", "malformed_token", "malformed_header"}
EVERY = 4  # one request in so many
ZONE = dt.timezone(dt.timedelta(hours=2))  # of Berlin, in September
NOON = "2026-09-14T12"
PIECE = 300  # bytes of a line that the container runtime leaves whole


def requests():
    """(time, token, client, accepted) of the requests to log, in order."""
    with open(FOLDER / "access.ndjson", encoding="utf-8") as log, open(FOLDER / "expected.ndjson", encoding="utf-8") as verdicts:
        for number, (line, verdict) in enumerate(zip(log, map(json.loads, verdicts))):
            if number % EVERY or verdict.get("reason") in LEFT_OUT:
                continue
            record = json.loads(line)
            at = dt.datetime.fromisoformat(verdict["judged_at"][:19] + "+00:00")
            yield at, record["token"].removeprefix("Bearer "), record["client_ip"], verdict["valid"]


def nginx(at, token, client, accepted):
    return [f'{client} - - [{at.strftime("%d/%b/%Y:%H:%M:%S +0000")}] "GET /orders?access_token={token}&page=2 HTTP/1.1" '
            f'{200 if accepted else 401} 512 "-" "curl/8.1"']


def envoy(at, token, client, accepted):
    return [json.dumps({"start_time": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "method": "GET", "path": "/reports",
                        "response_code": 200 if accepted else 401, "downstream_remote_address": client + ":41000",
                        "authorization": "Bearer " + token}, ensure_ascii=False)]


def kubernetes(at, token, client, accepted):
    when = at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return [json.dumps({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete",
                        "requestURI": "/apis/authentication.k8s.io/v1/tokenreviews", "verb": "create", "sourceIPs": [client],
                        "requestObject": {"kind": "TokenReview", "spec": {"token": token}},
                        "responseStatus": {"code": 201}, "requestReceivedTimestamp": when, "stageTimestamp": when},
                       ensure_ascii=False)]


def logback(at, token, client, accepted):
    line = f'{at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S,000")} '
    if accepted:
        return [line + f"[http-1] DEBUG c.e.JwtFilter - accepted {token} of {client}"]
    return [line + f"[http-1] WARN  c.e.JwtFilter - rejected a call of {client}",
            f"java.lang.SecurityException: {token}", "\tat c.e.JwtFilter.doFilter(JwtFilter.java:88)"]


def container(at, token, client, accepted):
    when = at.strftime("%Y-%m-%dT%H:%M:%S.")
    text = f"client={client} accepted={str(accepted).lower()} authorization=\"Bearer {token}\""
    pieces = [text[i:i + PIECE] for i in range(0, len(text), PIECE)]
    return [f"{when}{n:09}Z stdout {'F' if n == len(pieces) - 1 else 'P'} {piece}" for n, piece in enumerate(pieces)]


def main():
    programs = [(nginx, "nginx/access.log"), (envoy, "envoy/access.json"), (kubernetes, "k8s/audit.log"),
                (logback, "app/orders.log"), (container, "pods/orders-0.log")]
    files = {}
    for number, (at, token, client, accepted) in enumerate(requests()):
        write, name = programs[number % len(programs)]
        if write is nginx and at.isoformat() < NOON:
            name += ".1.gz"
        files.setdefault(name, []).extend(write(at, token, client, accepted))
    for name, lines in files.items():
        path = FOLDER / "logs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = "".join(line + "\n" for line in lines).encode()
        if name.endswith(".gz"):
            packed = io.BytesIO()
            with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
                file.write(data)
            data = packed.getvalue()
        path.write_bytes(data)
        print(f"{path.relative_to(FOLDER)}: {len(lines)} lines, {len(data)} bytes")


if __name__ == "__main__":
    main()
