// The samples of data/logs: what is learnt of each, and the facts of every line. Each sample also holds texts that look
// like times and come from the client; none of them may become the time of a line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "log/format_text.h"
#include "log/learn.h"
#include "log/support.h"
#include "support/random.h"
#include "support/vectors.h"

namespace assay::log {
namespace {

struct Sample {
  const char* file;
  const char* format;
  const char* place;
  const char* form;
  const char* zone;
  std::vector<std::string> lines;
};

// Read with the zone Europe/Berlin and the year 2026.
const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {"apache-error.log",
       "Apache error",
       "start of the line",
       "%a %b %e %H:%M:%S %Y",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123456Z client=192.0.2.7 referrer[https://a.example/]",
        "2026-11-28T11:00:01Z client=192.0.2.8"}},
      {"apache-vhost.log",
       "Apache combined with virtual host",
       "field 5",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=302 method=GET path=/a query[t=<JWT>]"}},
      {"aws-alb.log",
       "AWS ALB",
       "field 22",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T11:59:59.99Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:00.5Z client=2001:db8::7 status=400 method=GET path=/ 0 2020-01-01T00:00:00Z"}},
      {"aws-cloudfront-headless.log",
       "AWS CloudFront",
       "fields date and time",
       "%Y-%m-%d %H:%M:%S",
       "UTC",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]"}},
      {"aws-cloudfront-realtime.json",
       "AWS CloudFront real-time JSON",
       "/timestamp(ms)",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>] cookie[sid=<JWT>]"}},
      {"aws-cloudfront-realtime.log",
       "AWS CloudFront real-time",
       "field 1",
       "Unix time in s",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01Z client=192.0.2.7 status=404 method=GET path=/b query[1577836800.000]"}},
      {"aws-cloudfront-v2.json",
       "AWS CloudFront JSON",
       "/date and /time",
       "%Y-%m-%d %H:%M:%S",
       "UTC",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[time=00:00:00&t=<JWT>]"}},
      {"aws-cloudfront.log",
       "AWS CloudFront",
       "fields date and time",
       "%Y-%m-%d %H:%M:%S",
       "UTC",
       {"none", "none",
        "2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a referrer[https://b.example/?t=<JWT>] "
        "query[t=<JWT>] cookie[sid=<JWT>]",
        "2026-11-28T12:00:01Z client=2001:db8::7 status=403 method=POST path=/b query[2020-01-01]"}},
      {"aws-cloudtrail.json",
       "AWS CloudTrail",
       "/eventTime",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 body[a] body[2020-01-01T00:00:00Z] body[<JWT>]",
        R"(2026-11-28T12:00:05Z client=192.0.2.8 body[\"eventTime\":\"2020-01-01T00:00:00Z\"])",
        "2026-11-28T12:00:09Z client=192.0.2.9"}},
      {"aws-elb.log",
       "AWS ELB",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.043065Z client=192.0.2.7 status=200 method=GET path=/a query[t=2020-01-01T00:00:00Z]"}},
      {"aws-s3.log",
       "AWS S3",
       "field 3",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/logs/a.txt query[t=<JWT>] "
        "referrer[https://b.example/?t=<JWT>]",
        "2026-11-28T12:00:01Z client=192.0.2.8 status=403 method=GET path=/logs/b", "2026-11-28T12:00:02Z"}},
      {"azure-apim.json",
       "Azure API Management",
       "/time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.0000001Z client=192.0.2.7 status=200 method=GET path=/x query[t=<JWT>] "
        "authorization[Bearer <JWT>]"}},
      {"azure-appgw.json",
       "Azure Application Gateway",
       "/time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.0000001Z client=192.0.2.7 status=200 method=GET path=/a "
        "query[time=2020-01-01T00:00:00Z&t=<JWT>]",
        "2026-11-28T12:00:01.5Z client=192.0.2.8 status=401 method=POST path=/b",
        "2026-11-28T12:00:02.1234567Z client=192.0.2.9 method=GET path=/c query[t=<JWT>]"}},
      {"brackets.log",
       "text",
       "start of the line, in brackets",
       "%Y-%m-%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-11-28T11:00:01Z"}},
      {"caddy.json",
       "Caddy",
       "/ts",
       "Unix time in s",
       "in the line",
       {"2026-11-28T12:00:00.4647Z client=192.0.2.7 status=200 method=GET path=/a query[ts=1577836800&t=<JWT>] "
        "authorization[REDACTED] authorization[Bearer <JWT>] cookie[sid=<JWT>]"}},
      {"cef.log",
       "CEF",
       "key rt",
       "Unix time in ms",
       "in the line",
       {R"(2026-11-28T12:00:00Z client=192.0.2.7 method=GET path=/a query[t\=<JWT>&rt\=1577836800000])"}},
      {"cloudflare-workers.json",
       "Cloudflare Workers",
       "/EventTimestampMs",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00.123Z status=200 method=GET path=/a query[t=<JWT>]"}},
      {"cloudflare.json",
       "Cloudflare Logpush",
       "/EdgeStartTimestamp",
       "Unix time in ns",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a "
        "query[t=<JWT>&EdgeStartTimestamp=1577836800] authorization[Bearer <JWT>] cookie[<JWT>]",
        "2026-11-28T12:00:01Z client=192.0.2.8 status=200 method=GET path=/b",
        "2026-11-28T12:00:02Z client=192.0.2.8 status=200 method=GET path=/c"}},
      {"cloudwatch-events.json",
       "nginx combined in AWS CloudWatch Logs",
       "/timestamp",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]", "2026-11-28T12:00:01Z"}},
      {"cloudwatch.json",
       "AWS CloudWatch Logs",
       "/timestamp",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00Z"}},
      {"common.log",
       "common log",
       "field 4",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a",
        "2026-11-28T12:00:01Z client=192.0.2.8 status=200 method=GET path=/b query[d=[01/Jan/2020:00:00:00%20+0000]]"}},
      {"cri-nginx.log",
       "nginx combined and nginx error in CRI",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123456789Z client=192.0.2.9 method=GET path=/c query[t=<JWT>]",
        "2026-11-28T12:00:02.123456789Z client=2001:db8::7 status=401 method=POST path=/b "
        "query[x=2020-01-01T00:00:00Z] referrer[https://b.example/?t=<JWT>]",
        "2026-11-28T12:00:03.123456789Z"}},
      {"cri.log",
       "CRI",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.993695084Z", "2026-11-28T12:00:00.993846586Z", "2026-11-28T12:00:01Z",
        "2026-11-28T12:00:02Z"}},
      {"date-and-time.json", "JSON", "/date and /time", "%Y-%m-%d %H:%M:%S", "Europe/Berlin", {"2026-11-28T11:00:00Z"}},
      {"docker-compose.log",
       "nginx combined and log4j, logback in docker compose",
       "field 4, or start of the line, in what the line carries",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T11:59:58Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:00.123Z text[rejected <JWT>]",
        "2026-11-28T11:59:58Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]",
        "none", "2026-11-28T12:00:01.123Z", "none"}},
      {"docker-json.json",
       "JSON in Docker json-file",
       "/time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z client=192.0.2.7 status=200 method=GET path=/aé query[t=<JWT>]"}},
      {"docker-nginx.json",
       "nginx combined in Docker json-file",
       "/time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01Z",
        "2026-11-28T12:00:02Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]"}},
      {"docker.json",
       "Docker json-file",
       "/time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z", "2026-11-28T12:00:01Z"}},
      {"elastic.json",
       "Elastic export",
       "/@timestamp",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a body[<JWT>] query[t=<JWT>]"}},
      {"env-logger.log",
       "text",
       "start of the line, behind a bracket",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z", "2026-11-28T12:00:01Z"}},
      {"envoy.json",
       "Envoy JSON",
       "/start_time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.31Z client=192.0.2.7 status=200 method=GET path=/a "
        "query[t=<JWT>&start_time=2020-01-01T00:00:00Z] authorization[Bearer <JWT>]"}},
      {"envoy.log",
       "Envoy",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.31Z client=192.0.2.7 status=200 method=GET path=/x query[t=<JWT>]",
        "2026-11-28T12:00:01Z status=503 method=GET path=/y query[[2020-01-01T00:00:00Z]]"}},
      {"fluentd.log",
       "JSON in text",
       "start of the line",
       "%Y-%m-%d %H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]"}},
      {"gcp-lb.json",
       "GCP load balancer",
       "/timestamp",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456Z client=192.0.2.7 status=200 method=GET path=/x "
        "query[t=<JWT>&timestamp=2020-01-01T00:00:00Z] referrer[https://b.example/]"}},
      {"gelf.json",
       "GELF",
       "/timestamp",
       "Unix time in s",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 path=/a query[t=<JWT>]"}},
      {"gin.log",
       "Gin",
       "field 2",
       "%Y/%m/%d - %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:00:01Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020/01/01 - 00:00:00&t=<JWT>]",
        "none"}},
      {"glog.log",
       "klog",
       "start of the line",
       "I%Y%m%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123456Z", "2026-11-28T11:00:01.123456Z"}},
      {"go-prefix.log",
       "text",
       "behind what each line begins with",
       "%Y/%m/%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123456Z", "2026-11-28T11:00:01.123456Z"}},
      {"haproxy.log",
       "HAProxy",
       "the accept date",
       "%d/%b/%Y:%H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.266Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:00:01Z client=2001:db8::7 status=404 method=GET path=/ query[[01/Jan/2020:00:00:00.000]]",
        "2026-11-28T11:00:02Z client=192.0.2.8 status=400"}},
      {"har.json",
       "JSON",
       "/startedDateTime",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123Z status=200 method=GET path=/a query[t=<JWT>] authorization[Bearer <JWT>] cookie[a=b; "
        "sid=<JWT>] cookie[sid] cookie[<JWT>] query[t] query[<JWT>] cookie[sid=<JWT>]"}},
      {"heroku.log",
       "logfmt in text",
       "start of the line",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123456Z client=192.0.2.8 status=401 method=GET path=/b query[fwd=6.6.6.6&t=<JWT>]"}},
      {"iis-time-only.log",
       "W3C extended",
       "fields date and time",
       "%Y-%m-%d %H:%M:%S",
       "UTC",
       {"none", "none", "none", "2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-29T00:00:01Z client=192.0.2.8 status=401 method=GET path=/b query[2020-01-01]", "none",
        "2026-12-01T00:00:02Z client=192.0.2.9 status=403 method=GET path=/c query[t=<JWT>]"}},
      {"iis.log",
       "W3C extended",
       "fields date and time",
       "%Y-%m-%d %H:%M:%S",
       "UTC",
       {"none", "none", "2026-11-28T12:00:00Z method=GET path=/a query[t=<JWT>] cookie[sid=<JWT>]", "none",
        "2026-11-28T12:00:01Z client=192.0.2.7 status=401 method=POST path=/b query[2020-01-01] "
        "referrer[https://b.example/?t=<JWT>]"}},
      {"istio.log",
       "Istio",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.31Z client=192.0.2.7 status=200 method=GET path=/x"}},
      {"journald-nginx.json",
       "nginx combined in journald JSON",
       "/__REALTIME_TIMESTAMP",
       "Unix time in us",
       "in the line",
       {"2026-11-28T12:00:00.123456Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123456Z"}},
      {"journald.json",
       "journald JSON",
       "/__REALTIME_TIMESTAMP",
       "Unix time in us",
       "in the line",
       {"2026-11-28T12:00:00.123456Z", "2026-11-28T12:00:01Z"}},
      {"json-arrays.json",
       "JSON",
       "/ts",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z path=/a", "2026-11-28T12:00:01Z path=/b query[t=<JWT>]"}},
      {"klog.log",
       "klog",
       "start of the line",
       "I%m%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123456Z", "2026-11-28T11:00:01Z"}},
      {"kong.json",
       "JSON",
       "/started_at",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>] authorization[Bearer "
        "<JWT>] cookie[sid=<JWT>]"}},
      {"kubectl-logs.log",
       "nginx combined in kubectl logs",
       "field 4, in what the line carries",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T11:59:58Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:59:58Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]"}},
      {"kubectl-timestamps.log",
       "nginx combined in text",
       "behind what each line begins with",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123456789Z client=2001:db8::7 status=401 method=POST path=/b "
        "query[x=2020-01-01T00:00:00Z] referrer[https://b.example/?t=<JWT>]"}},
      {"kubernetes-audit.json",
       "Kubernetes audit",
       "/requestReceivedTimestamp",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.238911Z client=192.0.2.7 status=201 method=create "
        "path=/apis/authentication.k8s.io/v1/tokenreviews query[requestReceivedTimestamp=2020-01-01T00:00:00Z] "
        "body[<JWT>] body[2020-01-01T00:00:00Z]",
        "2026-11-28T12:00:01Z client=192.0.2.7 status=401 method=create "
        "path=/apis/authentication.k8s.io/v1/tokenreviews body[<JWT>]"}},
      {"leef.log",
       "LEEF",
       "key devTime",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 path=/a query[devTime=2020-01-01T00:00:00Z&t=<JWT>]"}},
      {"level-first.log",
       "text",
       "behind the level",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z", "2026-11-28T12:00:01Z"}},
      {"log4j-level-first.log",
       "log4j, logback",
       "start of the line",
       "%Y-%m-%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123Z text[[http-nio-8080-exec-3] c.c.auth.JwtFilter - token <JWT>]",
        "2026-11-28T11:00:01.123Z text[ [main] c.c.Cart - +0900 2020-01-01 00:00:00]"}},
      {"logback.log",
       "log4j, logback",
       "start of the line",
       "%Y-%m-%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123Z text[c.e.Auth - rejected <JWT>]", "none", "none",
        "2026-11-28T11:00:01Z text[ c.e.Auth - [2020-01-01T00:00:00Z] text]"}},
      {"logfmt.log",
       "logfmt",
       "key ts",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=401 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01Z authorization[Bearer <JWT>]"}},
      {"mongodb.json",
       "JSON",
       "/t/$date",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7"}},
      {"multilog.log",
       "multilog",
       "start of the line",
       "TAI64N",
       "in the line",
       {"2026-11-28T12:00:00Z", "2026-11-28T12:00:01Z"}},
      {"nginx-combined.log",
       "nginx combined",
       "field 4",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/cb query[access_token=<JWT>&s=1] "
        "referrer[https://a.example/?t=<JWT>]",
        "2026-11-28T12:00:01Z client=2001:db8::7 status=401 method=POST path=/a fragment[frag=<JWT>]",
        "2026-11-28T12:00:02Z client=198.51.100.250 status=400",
        "2026-11-28T12:00:03Z client=192.0.2.7 status=404 method=GET path=/ "
        "query[x=2020-01-01T00:00:00Z&y=[01/Jan/2020:00:00:00 +0000]] referrer[[01/Jan/2020:00:00:00 +0000]]",
        "impossible '30/Feb/2026:12:00:04 +0000' client=192.0.2.7 status=200 method=GET path=/",
        "2026-11-28T12:00:05Z client=192.0.2.7 method=GET path=/cut query[t=<JWT>]", "none client=192.0.2.7"}},
      {"nginx-error.log",
       "nginx error",
       "start of the line",
       "%Y/%m/%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z client=192.0.2.7 method=GET path=/ query[t=<JWT>] referrer[https://b.example/]",
        "2026-11-28T11:00:01Z client=192.0.2.8 method=GET path=/x query[y=2020/01/01 00:00:00]"}},
      {"nginx.json",
       "JSON",
       "/time_iso8601",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>&time=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>] authorization[Bearer <JWT>]"}},
      {"pid-first.csv",
       "text",
       "behind what each line begins with",
       "%Y-%m-%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-11-28T11:00:01Z"}},
      {"pino.json",
       "JSON",
       "/time",
       "Unix time in ms",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>] cookie[sid=<JWT>]",
        "2026-11-28T12:00:01Z"}},
      {"python-basic.log", "Python logging without times", "", "", "", {"none", "none"}},
      {"python-logging.log",
       "Python logging",
       "start of the line",
       "%Y-%m-%d %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123Z text[rejected <JWT>]", "2026-11-28T11:00:01Z text[2020-01-01 00:00:00,000]"}},
      {"rails.log",
       "text",
       "behind what each line begins with",
       "%Y-%m-%dT%H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123456Z", "2026-11-28T11:00:01.123456Z", "none"}},
      {"redis.log",
       "text",
       "behind what each line begins with",
       "%d %b %Y %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.123Z", "2026-11-28T11:00:01.123Z"}},
      {"rsyslog.log",
       "nginx combined in syslog",
       "start of the line",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123456Z",
        "2026-11-28T12:00:02.123456Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]"}},
      {"splunk.json",
       "Splunk export",
       "/_time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T03:00:00Z", "2026-11-28T03:00:01Z"}},
      {"squid.log",
       "Squid",
       "start of the line",
       "Unix time in s",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/ query[1577836800.000&t=<JWT>]"}},
      {"stern.log",
       "nginx combined in stern",
       "field 4, in what the line carries",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T11:59:58Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:59:58Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]"}},
      {"syslog-3164.log",
       "syslog RFC 3164",
       "start of the line",
       "%b %e %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-12-01T11:00:01Z"}},
      {"syslog-5424-nginx.log",
       "nginx combined in syslog RFC 5424",
       "field 2",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.003Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]",
        "2026-11-28T12:00:02Z"}},
      {"syslog-5424.log",
       "syslog RFC 5424",
       "field 2",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.003Z", "2026-11-28T12:00:01Z"}},
      {"syslog-nginx.log",
       "nginx combined in syslog RFC 3164",
       "field 4, in what the line carries",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T11:59:58Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:59:58Z client=2001:db8::7 status=401 method=POST path=/b query[x=2020-01-01T00:00:00Z] "
        "referrer[https://b.example/?t=<JWT>]",
        "2026-11-28T12:00:00Z"}},
      {"syslog.log",
       "syslog RFC 3164",
       "start of the line",
       "%b %e %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-11-28T11:00:01Z", "2026-11-30T23:00:00Z"}},
      {"tracing.log",
       "text",
       "start of the line",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456Z", "2026-11-28T12:00:01.123456Z"}},
      {"traefik-clf.log",
       "Traefik CLF",
       "field 4",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01Z client=192.0.2.7 status=200 method=GET path=/ query[[01/Jan/2020:00:00:00 +0000]]"}},
      {"traefik.json",
       "Traefik JSON",
       "/StartUTC",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456789Z client=192.0.2.7 status=200 method=GET path=/a "
        "query[StartUTC=2020-01-01T00:00:00Z] authorization[Bearer <JWT>]"}},
      {"two-formats.log",
       "nginx combined and log4j, logback",
       "field 4, or start of the line",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T11:00:00.123Z text[c.e.Auth - rejected <JWT>]",
        "2026-11-28T11:00:01.123Z text[c.e.Auth - rejected <JWT>]",
        "2026-11-28T12:00:02Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:03Z client=192.0.2.8 status=401 method=GET path=/b query[t=<JWT>]", "none"}},
      {"two-programs.json",
       "JSON",
       "/time, or /ts",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7", "2026-11-28T12:00:01Z client=192.0.2.8 status=401",
        "2026-11-28T12:00:02Z", "2026-11-28T12:00:02.5Z",
        "2026-11-28T12:00:03Z client=192.0.2.8 path=/a query[t=<JWT>]"}},
      {"zap-console.log",
       "JSON in zap console",
       "start of the line",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T12:00:01.123Z",
        "2026-11-28T12:00:02.123Z client=192.0.2.8 status=401 path=/b authorization[Bearer <JWT>]"}},
  };
  return all;
}

LearnOptions told() {
  LearnOptions options;
  options.zone = *base::Zone::find("Europe/Berlin");
  options.year = 2026;
  return options;
}

Learnt learnt(std::string_view text, const LearnOptions& options = {}) {
  Result<Learnt> result = learn(text, options);
  EXPECT_TRUE(result) << text;
  return result ? *result : Learnt{};
}

TEST(Formats, ReadEverySample) {
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.file);
    const std::string text = test::read_file(test::data_path("logs/" + std::string(sample.file)));
    const Learnt found = learnt(text, told());
    EXPECT_EQ(found.format_name, sample.format);
    EXPECT_EQ(found.format->name(), sample.format);
    EXPECT_EQ(found.time_place, sample.place);
    EXPECT_EQ(found.time_form, sample.form);
    EXPECT_EQ(found.zone, sample.zone);
    EXPECT_EQ(summaries(text, found.format), sample.lines);
  }
}

TEST(Formats, HaveASampleEach) {
  std::set<std::string> names, files;
  for (const Sample& sample : samples()) {
    // "nginx combined and nginx error in CRI" is a sample of all three.
    const std::string format = sample.format;
    for (std::size_t at = 0, end = 0; at < format.size(); at = end) {
      end = std::min(format.find(" in ", at), format.find(" and ", at));
      names.insert(format.substr(at, end - at));
      if (end < format.size()) end = format.find(' ', end + 1) + 1;
    }
    files.insert(sample.file);
  }
  for (const TextRow& row : text_rows()) EXPECT_TRUE(names.contains(std::string(row.name))) << row.name;
  for (const auto& entry : std::filesystem::directory_iterator(test::data_path("logs"))) {
    EXPECT_TRUE(files.contains(entry.path().filename())) << entry.path();
  }
}

// The first line alone tells as much, whether it ends or not.
TEST(Formats, AreLearntFromOneLine) {
  for (const char* file :
       {"nginx-combined.log", "aws-alb.log", "kubernetes-audit.json", "logback.log", "haproxy.log"}) {
    const std::string text = test::read_file(test::data_path("logs/" + std::string(file)));
    const std::string line = text.substr(0, text.find('\n'));
    const Learnt one = learnt(line, told()), all = learnt(text, told());
    EXPECT_EQ(one.format_name, all.format_name) << file;
    EXPECT_EQ(one.time_place, all.time_place) << file;
    EXPECT_EQ(learnt(line + "\n", told()).format_name, all.format_name) << file;
  }
}

// Whatever is written inside a line's text, its time stays.
TEST(Formats, KeepTheirTimeWhateverTheRequestHolds) {
  const std::vector<std::string> attacks = {"?x=2020-01-01T00:00:00Z",
                                            " 2020-01-01T00:00:00Z ",
                                            "[01/Jan/2020:00:00:00 +0000]",
                                            "ts=2020-01-01T00:00:00Z",
                                            " ts=1577836800000 ",
                                            "1577836800",
                                            "] [2020-01-01 00:00:00] ",
                                            "\t2020-01-01\t00:00:00\t",
                                            "+0900",
                                            " PST ",
                                            "192.0.2.9 - - [01/Jan/2020:00:00:00 +0000] ",
                                            "2020-01-01T00:00:00Z stdout F x",
                                            "| 2020-01-01T00:00:00Z x",
                                            "\x1b[0m2020-01-01T00:00:00Z",
                                            "<34>1 2020-01-01T00:00:00Z h a 7 - - ",
                                            "\\\",\\\"time\\\":\\\"2020-01-01T00:00:00Z\\\""};
  for (const Sample& sample : samples()) {
    const std::string text = test::read_file(test::data_path("logs/" + std::string(sample.file)));
    const Learnt found = learnt(text, told());
    base::Arena arena;
    // Every place of a token is one that the client can fill.
    for (std::size_t at = text.find(kSampleToken); at != std::string::npos; at = text.find(kSampleToken, at + 1)) {
      const std::size_t begin = text.rfind('\n', at) + 1, end = text.find('\n', at);
      const std::string line = text.substr(begin, end - begin);
      const auto times_of = [&](const std::string& of) {
        std::vector<std::optional<Instant>> times;
        std::vector<Event> events;
        if (found.format->has_events()) found.format->events(of, arena, events);
        for (const Event& event : events) times.push_back(event.facts.time);
        if (events.empty()) times.push_back(found.format->read(of, arena).time);
        return times;
      };
      for (std::string attack : attacks) {
        // In columns a blank or a tab cannot be written.
        if (found.zone == "UTC") attack.erase(std::remove_if(attack.begin(), attack.end(), ::isspace), attack.end());
        std::string attacked = line;
        attacked.replace(at - begin, kSampleToken.size(), attack);
        EXPECT_EQ(times_of(attacked), times_of(line)) << sample.file << ": " << attacked;
      }
    }
  }
}

// Nor do client and status move: they stay, or nothing is told. Messages are left out, in which one address is taken
// for the client.
TEST(Formats, KeepClientAndStatusWhateverTheRequestHolds) {
  const std::vector<std::string> attacks = {
      " 6.6.6.6 ",
      "6.6.6.6 - - [28/Nov/2026:12:00:00 +0000] GET /f HTTP/1.1 299 1 ",
      ", client: 6.6.6.6, server: x, request: GET /f HTTP/1.1",
      "[client 6.6.6.6:1] ",
      " client=6.6.6.6 status=299 src=6.6.6.6 ip=6.6.6.6 ",
      "{client:6.6.6.6,status:299} ",
      "} 299 6.6.6.6",
      "| 299 | 1ms | 6.6.6.6 | GET |",
      "\\\",\\\"client_ip\\\":\\\"6.6.6.6\\\",\\\"status\\\":299,\\\"x\\\":\\\"",
  };
  for (const Sample& sample : samples()) {
    const std::string text = test::read_file(test::data_path("logs/" + std::string(sample.file)));
    const Learnt found = learnt(text, told());
    base::Arena arena;
    for (std::size_t at = text.find(kSampleToken); at != std::string::npos; at = text.find(kSampleToken, at + 1)) {
      const std::size_t begin = text.rfind('\n', at) + 1, end = text.find('\n', at);
      const std::string line = text.substr(begin, end - begin);
      for (std::string attack : attacks) {
        if (found.zone == "UTC") attack.erase(std::remove_if(attack.begin(), attack.end(), ::isspace), attack.end());
        std::string attacked = line;
        attacked.replace(at - begin, kSampleToken.size(), attack);
        const LineFacts before = found.format->read(line, arena), after = found.format->read(attacked, arena);
        const bool is_message = std::any_of(before.regions.begin(), before.regions.end(),
                                            [](const Region& region) { return region.where == Where::text; });
        if (is_message) continue;
        EXPECT_TRUE(after.client.empty() || after.client == before.client) << sample.file << ": " << attacked;
        EXPECT_TRUE(after.status == 0 || after.status == before.status) << sample.file << ": " << attacked;
      }
    }
  }
}

// Client, status, method and path must not come from a text that the client sent. If nothing tells which of two texts
// is the server's, neither counts.
TEST(Formats, TellNothingThatARequestMayHaveForged) {
  struct Attack {
    const char* file;  // the sample that the format is learnt from
    std::string line, facts;
  };
  const std::string error = "2026/11/28 12:00:00 [error] 31#31: *9 ";
  const std::string time = "2026-11-28T11:00:00Z";
  for (
      const Attack& a : {
          // nginx escapes nothing in its error log.
          Attack{"nginx-error.log",
                 error + R"(open() "/srv/a, client: 6.6.6.6, server: x, request: "GET /fake HTTP/1.1", host: "h)" +
                     R"(" failed, client: 192.0.2.7, server: s, request: "GET /a HTTP/1.1", host: "h")",
                 time},
          {"nginx-error.log",
           error + R"(x, client: 192.0.2.7, server: s, request: "GET /a, client: 6.6.6.6, server: s HTTP/1.1")", time},
          {"nginx-error.log",
           error + R"(x, client: 192.0.2.7, server: s, request: "GET /a", host: "b HTTP/1.1", host: "h")",
           time + " client=192.0.2.7"},
          {"nginx-error.log",
           error + R"(x, client: 192.0.2.7, server: s, request: "GET /a HTTP/1.1", upstream: "u HTTP/1.1", host: "h")",
           time + " client=192.0.2.7"},
          {"nginx-error.log",
           error + R"(x, client: 192.0.2.7, server: s, request: "GET /a HTTP/1.0", referrer: "u HTTP/1.0")",
           time + " client=192.0.2.7"},
          {"nginx-error.log",
           error +
               R"(x, client: 192.0.2.7, server: s, request: "GET /a HTTP/1.1", host: "h", referrer: "x", host: "y")",
           time + " client=192.0.2.7"},
          {"nginx-error.log", error + R"(x, request: "GET /a HTTP/1.1" y, client: 192.0.2.7, server: s)",
           time + " client=192.0.2.7"},
          {"nginx-error.log",
           error + "x" + std::string(1960, 'x') + R"(, client: 6.6.6.6, server: s, request: "GET /a HTTP/1.1")", time},
          {"nginx-error.log",
           error + R"(x, client: 192.0.2.7, server: s, request: "GET /a HTTP/1.1", upstream: "http://u/a", host: "h")",
           time + " client=192.0.2.7 method=GET path=/a"},
          // A message of Apache may begin with the brackets of another client.
          {"apache-error.log",
           "[Sat Nov 28 12:00:00 2026] [wsgi:error] [pid 7] [remote 192.0.2.7:1] [client 6.6.6.6] x",
           time + " client=192.0.2.7"},
          {"apache-error.log", "[Sat Nov 28 12:00:00 2026] [core:notice] [pid 7] AH1: x [client 6.6.6.6] x", time},
          {"apache-error.log",
           "[Sat Nov 28 12:00:00 2026] [core:error] [pid 7] (13)Permission denied: [client 192.0.2.7:1] x",
           time + " client=192.0.2.7"},
          // HAProxy writes quotes in captured headers as #22.
          {"haproxy.log",
           "Nov 28 12:00:09 lb haproxy[7]: 192.0.2.7:5 [28/Nov/2026:12:00:00.266] fe~ be/s1 0/0/1/48/49 200 33 - - "
           "---- "
           "3/2/0/0/0 0/0 {#22GET /fake HTTP/1.1#22} \"GET /a HTTP/1.1\"",
           "2026-11-28T11:00:00.266Z client=192.0.2.7 status=200 method=GET path=/a"},
          {"haproxy.log",
           "Nov 28 12:00:09 lb haproxy[7]: 192.0.2.7:5 [28/Nov/2026:12:00:00.266] fe~ be/s1 0/0/1/48/49 200 33 - - "
           "---- "
           "3/2/0/0/0 0/0 {x \"GET /fake HTTP/1.1\"} \"GET /a HTTP/1.1\"",
           "2026-11-28T11:00:00.266Z client=192.0.2.7 status=200"},
          // Envoy and Traefik do not escape quotes.
          {"envoy.log",
           R"([2026-11-28T12:00:00Z] "GET /fake HTTP/1.1" 200 - 0 0 0 0 "6.6.6.6" "a" "b" "c" "d HTTP/1.1" 401 - 0 12 3 2 )"
           R"("192.0.2.7" "app" "id" "host" "10.0.0.1:80")",
           "2026-11-28T12:00:00Z"},
          {"traefik-clf.log",
           R"(192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] "GET /f HTTP/1.1" 200 5 "-" "-" 1 "r" "u" 3ms HTTP/1.1" 401 1 )"
           R"("-" "-" 1 "r@f" "http://10.0.0.1" 2ms)",
           "2026-11-28T12:00:00Z client=192.0.2.7"},
          {"nginx-combined.log",
           R"(192.0.2.7 - a [x] - [28/Nov/2026:12:00:00 +0000] "GET /a\" 200 12 HTTP/1.1" 401 1 "x HTTP/1.1" "y HTTP/1.1")",
           R"(2026-11-28T12:00:00Z client=192.0.2.7 status=401 method=GET path=/a" 200 12 referrer[x HTTP/1.1])"},
          // A quote that the load balancer did not escape would move the field of the time.
          {"aws-alb.log",
           R"(https 2026-11-28T12:00:01Z app/lb/1 192.0.2.7:2 - -1 -1 -1 400 - 0 57 "GET https://a/ HTTP/1.1" "x" c v a "r" )"
           R"("d" "a" 0 2020-01-01T00:00:00Z "y" c v a "r" "d" "a" 0 2026-11-28T12:00:00Z "forward" "-" "-")",
           "unreadable '2020-01-01T00:00:00Z' client=192.0.2.7 status=400 method=GET path=/"},
          // Unescaped texts in pairs: none of two equal keys is told.
          {"cef.log",
           "CEF:0|V|P|1|100|auth|5|msg=a src=6.6.6.6 rt=1577836800000 request=/f rt=1795867200000 src=192.0.2.7 "
           "request=/a",
           "unreadable '1577836800000'"},
          {"logfmt.log",
           "ts=2026-11-28T12:00:00Z path=/a client_ip=6.6.6.6 ts=2020-01-01T00:00:00Z client_ip=192.0.2.7",
           "2026-11-28T12:00:00Z path=/a"},
          {"nginx.json",
           R"({"request":"GET /a","time_iso8601":"2020-01-01T00:00:00Z","remote_addr":"6.6.6.6","x":"",)"
           R"("time_iso8601":"2026-11-28T12:00:00Z","remote_addr":"192.0.2.7"})",
           "none method=GET path=/a"},
      }) {
    SCOPED_TRACE(a.line);
    const Learnt found = learnt(test::read_file(test::data_path("logs/" + std::string(a.file))), told());
    base::Arena arena;
    const std::string facts = summary(found.format->read(a.line, arena), a.line);
    EXPECT_EQ(facts, a.facts) << a.file;
  }
}

TEST(Formats, TakeNoFieldOfColumnsThatATextHasMoved) {
  const Learnt found = learnt(
      "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\n2026-11-28 12:00:00 192.0.2.7 GET /a - "
      "200\n");
  base::Arena arena;
  for (const auto& [line, facts] :
       {std::pair<std::string, std::string>{
            "2026-11-28 12:00:00 192.0.2.7 GET /a t=1 200",
            "2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a query[t=1]"},
        {"2026-11-28 12:00:00 192.0.2.7 GET /a 200 200 401", "2026-11-28T12:00:00Z client=192.0.2.7 method=GET"},
        {"2026-11-28 12:00:00 192.0.2.7 GET /a \"t=1 401", "2026-11-28T12:00:00Z client=192.0.2.7 method=GET"},
        {"2026-11-28 12:00:00 192.0.2.7 GET /a t=1",
         "2026-11-28T12:00:00Z client=192.0.2.7 method=GET path=/a query[t=1]"}}) {
    EXPECT_EQ(summary(found.format->read(line, arena), line), facts) << line;
  }
}

TEST(Formats, FollowTheFieldsDirective) {
  const Learnt found = learnt("#Fields: date time cs-method\n2026-11-28 12:00:00 GET\n");
  base::Arena arena;
  EXPECT_EQ(found.format->after_directive("2026-11-28 12:00:00 GET"), nullptr);
  EXPECT_EQ(found.format->after_directive("#Version: 1.0"), nullptr);
  const auto next = found.format->after_directive("#Fields: cs-method time sc-status date\r");
  ASSERT_NE(next, nullptr);
  const std::string line = "POST 12:00:01 404 2026-11-28";
  EXPECT_EQ(summary(next->read(line, arena), line), "2026-11-28T12:00:01Z status=404 method=POST");
  EXPECT_EQ(next->read(line, arena).time_text, "2026-11-28 12:00:01");
  EXPECT_EQ(summary(found.format->read(line, arena), line), "unreadable 'POST 12:00:01'");
}

TEST(Formats, HaveVariants) {
  struct Variant {
    const char* format;
    const char* line;
    const char* facts;
  };
  for (
      const Variant& v : {
          Variant{
              "Azure resource log",
              R"({"time":"2026-11-28T12:00:00Z","category":"x","properties":{"url":"/a?t=1","time":"2020-01-01T00:00:00Z"}})",
              "2026-11-28T12:00:00Z path=/a query[t=1]"},
          {"Splunk export",
           R"({"preview":false,"result":{"_raw":"\"_time\":\"2020-01-01T00:00:00Z\"","_time":"2026-11-28T12:00:00.000+09:00"}})",
           "2026-11-28T03:00:00Z"},
          {"Elastic export",
           R"({"_index":"i","_source":{"@timestamp":"2026-11-28T12:00:00Z","url":{"path":"/a"},"source":{"ip":"192.0.2.7"}}})",
           "2026-11-28T12:00:00Z client=192.0.2.7 path=/a"},
          {"HAProxy",
           R"(192.0.2.7:5 [28/Nov/2026:12:00:00.000] fe be/s1 0/0/1/48/49 200 33 - - ---- 3/2/0/0/0 0/0 {x} "GET /a HTTP/1.1")",
           "2026-11-28T11:00:00Z client=192.0.2.7 status=200 method=GET path=/a"},
          {"CRI", "2026-11-28T12:00:00Z stderr P:x text", "2026-11-28T12:00:00Z"},
          {"CEF", R"(<34>Nov 28 12:00:00 fw CEF:0|V|P\|x|1|100|auth|5|src=192.0.2.7 msg=rt\=1577836800000)",
           "2026-11-28T11:00:00Z client=192.0.2.7"},
          {"LEEF", "LEEF:2.0|V|P|1|login|^|devTime=2026-11-28T12:00:00Z^src=192.0.2.7^url=/a?t=1",
           "2026-11-28T12:00:00Z client=192.0.2.7 path=/a query[t=1]"},
          {"JSON", R"({"msg":"text","ts":1795867200})", "2026-11-28T12:00:00Z"},
          {"JSON", R"({"headers":{"time":"2020-01-01T00:00:00Z"},"body":{"ts":1577836800}})", "none"},
      }) {
    const Learnt found = learnt(std::string(v.line) + "\n", told());
    base::Arena arena;
    EXPECT_EQ(found.format_name, v.format) << v.line;
    EXPECT_EQ(summary(found.format->read(v.line, arena), v.line), v.facts) << v.line;
  }
}

// A program that logs what a client sends can write a line like those of the server.
TEST(Formats, BelieveOnlyTheProgramsOfTheFirstLines) {
  const std::string forged = R"(6.6.6.6 - - [01/Jan/2020:00:00:00 +0000] "GET /f HTTP/1.1" 200 1 "-" "-")";
  base::Arena arena;
  for (const auto& [file, line, facts] : {
           std::tuple{"rsyslog.log", "2026-11-28T12:00:00+00:00 web app[7]: " + forged, "2026-11-28T12:00:00Z"},
           {"syslog-nginx.log", "<34>Nov 28 13:00:00 web app[7]: " + forged, "2026-11-28T12:00:00Z"},
           {"syslog-5424-nginx.log", "<34>1 2026-11-28T12:00:00Z web app 7 - - " + forged, "2026-11-28T12:00:00Z"},
           {"rsyslog.log", "2026-11-28T12:00:00+00:00 web nginx[8]: " + forged,
            "2026-11-28T12:00:00Z client=6.6.6.6 status=200 method=GET path=/f"},
       }) {
    const Learnt found = learnt(test::read_file(test::data_path("logs/" + std::string(file))), told());
    EXPECT_EQ(summary(found.format->read(line, arena), line), facts) << line;
  }
}

// Headers and cookies as loggers write them in JSON.
TEST(Formats, TellWhereHeadersAndCookiesStand) {
  for (const auto& [members, facts] : {
           std::pair{R"("cookies":{"session":"@"})", "cookie[@]"},
           {R"("cookie":"a=b; session=@")", "cookie[a=b; session=@]"},
           {R"("cookie_session":"@")", "cookie[@]"},
           {R"("headers":{"set-cookie":["session=@; Path=/"]})", "cookie[session=@; Path=/]"},
           {R"("headers":{"authorization":["Bearer @"]})", "authorization[Bearer @]"},
           {R"("headers":{"authorization":{"0":"Bearer @"}})", "authorization[Bearer @]"},
           {R"("headers":[{"name":"Authorization","value":"Bearer @"},{"name":"x","value":"@"}])",
            "authorization[Bearer @]"},
           {R"("headers":[{"value":"@","name":"Authorization"},{"value":"@","name":"x"}])", "authorization[@]"},
           {R"("headers":[{"key":"Cookie","value":"sid=@"}])", "cookie[sid=@]"},
           {R"("headers":[{"key":"Cookie","values":["sid=@"]}])", "cookie[sid=@]"},
           {R"("headers":[["Host","x"],["Authorization","@"],["x","@"]])", "authorization[@]"},
           {R"("rawHeaders":["Host","x","Authorization","@","x","@"])", "authorization[@]"},
           {R"("request":{"queryString":[{"name":"t","value":"@"}]})", "query[t] query[@]"},
       }) {
    const std::string line = R"({"time":"2026-11-28T12:00:00Z",)" + std::string(members) + "}";
    base::Arena arena;
    EXPECT_EQ(summary(learnt(line + "\n").format->read(line, arena), line),
              std::string("2026-11-28T12:00:00Z ") + facts)
        << line;
  }
}

// The time is that of the first piece's line, all else is of the joined text.
TEST(Formats, ReadWhatASplitLineCarries) {
  const std::string request = R"(192.0.2.7 - - [28/Nov/2026:11:59:58 +0000] "GET /a?t=)" + std::string(kSampleToken) +
                              R"( HTTP/1.1" 401 12 "-" "curl/8")";
  const char* facts = "2026-11-28T12:00:00Z client=192.0.2.7 status=401 method=GET path=/a query[t=<JWT>]";
  base::Arena arena;
  const Learnt cri = learnt(test::read_file(test::data_path("logs/cri-nginx.log")), told());
  EXPECT_EQ(summary(cri.format->read_joined(request, "2026-11-28T12:00:00Z stdout P " + request.substr(0, 60), arena),
                    request),
            facts);
  const Learnt docker = learnt(test::read_file(test::data_path("logs/docker-nginx.json")), told());
  EXPECT_EQ(
      summary(docker.format->read_joined(
                  request, R"({"log":"192.0.2.7 - - [28/","stream":"stdout","time":"2026-11-28T12:00:00Z"})", arena),
              request),
      facts);
  // Of a format without known lines within, only the time is told.
  const Learnt plain = learnt(test::read_file(test::data_path("logs/cri.log")), told());
  EXPECT_EQ(summary(plain.format->read_joined(request, "2026-11-28T12:00:00Z stdout P x", arena), request),
            "2026-11-28T12:00:00Z");
}

// Places of regions are those of the written line, whatever stands between them.
TEST(Formats, FindThePlacesOfCarriedTexts) {
  const Learnt docker = learnt(test::read_file(test::data_path("logs/docker-json.json")), told());
  base::Arena arena;
  const std::string line =
      R"({"log":"{\"level\":\"\\u00e9\\ud83d\\ude00\\n\",\"uri\":\"/a?x=\\\"1\\\"\",\"authorization\":\"\u00e9b\"}\n",)"
      R"("stream":"stdout","time":"2026-11-28T12:00:00Z"})";
  EXPECT_EQ(summary(docker.format->read(line, arena), line),
            R"(2026-11-28T12:00:00Z path=/a query[x=\\\"1\\\"] authorization[\u00e9b])");
}

// A line of another program, or without a zone, among those that the first lines showed.
TEST(Formats, KnowLinesOfOtherFormatsByThemselves) {
  const std::string first = "2026-11-28T12:00:00.123Z text\n";
  const Learnt found = learnt(first + first + first);
  base::Arena arena;
  for (const auto& [line, facts] :
       {std::pair{R"(192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "x")",
                  "2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a"},
        {R"({"ts":"2026-11-28T12:00:00Z","client_ip":"192.0.2.7","status":401,"x":{"time":"2020-01-01T00:00:00Z"}})",
         "2026-11-28T12:00:00Z client=192.0.2.7 status=401"},
        {"<34>1 2026-11-28T12:00:00Z host app 7 - - text", "2026-11-28T12:00:00Z"},
        {"2026-11-28T12:00:00 text", "no zone '2026-11-28T12:00:00'"},
        // Texts of a client can look like these.
        {R"({"a":{"time":"2020-01-01T00:00:00Z"}})", "none"},
        {R"({"a":"cut, "time":"2020-01-01T00:00:00Z"})", "none"},
        {"text 2020-01-01T00:00:00Z", "none"},
        {"  [2020-01-01T00:00:00Z] text", "none"},
        {"[2020-01-01T00:00:00Z] text", "none"},
        {"Jan  1 00:00:00 text", "none"}}) {
    EXPECT_EQ(summary(found.format->read(line, arena), line), facts) << line;
  }
  const Learnt told_zone = learnt(first + first, told());
  const std::string_view local = "2026-11-28T12:00:00 text";
  EXPECT_EQ(summary(told_zone.format->read(local, arena), local), "2026-11-28T11:00:00Z");
}

TEST(Formats, AskForTheZoneOfManyLines) {
  const std::string zoned = "{\"time\":\"2026-11-28T12:00:00Z\"}\n", local = "2026-11-28 12:00:00,1 [main] INFO x\n";
  std::string few = local + local;
  for (int i = 0; i < 30; ++i) few += zoned;
  EXPECT_FALSE(learnt(few).needs_zone);
  EXPECT_TRUE(learnt(zoned + local + zoned + local + zoned).needs_zone);
  EXPECT_FALSE(learnt(zoned + local + zoned + local + zoned, told()).needs_zone);
}

// Loggers and servers as they are by default. '@' is what a client sends; whatever it is, the time stays.
TEST(Formats, ReadTheTimesOfLoggers) {
  const std::string utc = "2026-11-28T12:00:00Z", berlin = "2026-11-28T11:00:00Z";
  const std::string esc = "\x1b[";
  for (
      const auto& [line, facts] : std::vector<std::pair<std::string, std::string>>{
          {R"(Nov 28 12:00:00 lb haproxy[7]: 192.0.2.7:5 [28/Nov/2026:12:00:00.000] fe~ be/s1 0/0/1/48/49 200 33 - - ---- )"
           R"(3/2/0/0/0 0/0 "GET /a HTTP/1.1" 0/0000000000000000/0/0/0 @/TLSv1.3/TLS_AES_256_GCM_SHA384)",
           berlin + " client=192.0.2.7 status=200 method=GET path=/a"},
          {"2026/11/28 12:00:00 @", berlin},
          {"2026/11/28 12:00:00.000000 main.go:7: @", berlin},
          {"2026-11-28 12:00:00.000 | WARNING  | app.auth:check:7 - @", berlin},
          {"2026-11-28 12:00:00.000 +00:00 [WRN] @", utc},
          {"2026-11-28 12:00:00.000 UTC [7] LOG:  @", utc},
          {"2026-11-28 12:00:00.000 UTC [7] user@db LOG:  @", utc},
          {"2026-11-28T12:00:00.000000Z 7 [Warning] [MY-010055] [Server] @", utc},
          {"2026-11-28T12:00:00.000Z  WARN 7 --- [app] [nio-8080-exec-1] c.e.Auth : @", utc},
          {"2026-11-28T12:00:00.000Z [app] info: @", utc},
          {"[28-Nov-2026 12:00:00 UTC] PHP Warning:  @ in /a.php on line 7", utc},
          {"[28-Nov-2026 12:00:00] WARNING: [pool www] child 7 said into stderr: @", berlin},
          {"[2026-11-28 12:00:00 +0000] [7] [INFO] @", utc},
          {"[2026-11-28 12:00:00,000: WARNING/MainProcess] @", berlin},
          {"[2026-11-28T12:00:00.000000+00:00] app.WARNING: @ [] []", utc},
          {"I, [2026-11-28T12:00:00.000000 #7]  INFO -- : @", berlin},
          {"I1128 12:00:00.000000       7 auth.go:7] @", berlin},
          {"WARN[2026-11-28T12:00:00Z] @", utc},
          {esc + "33mWARN" + esc + "0m[2026-11-28T12:00:00Z] @", utc},
          {"[main] 2026-11-28T12:00:00Z WARN @", utc},
          {"7 2026-11-28 12:00:00 @", berlin},
          {"<134>2026-11-28T12:00:00Z cache-fra logs[7]: @", utc},
          {"2026-11-28T12:00:00.000000+00:00 group/stream @", utc},
          {R"({"time":"2026-11-28T13:00:00+01:00","level":"INFO","msg":"@"})", utc},
          {R"({"name":"a","hostname":"h","pid":7,"level":30,"msg":"@","time":"2026-11-28T12:00:00.000Z","v":0})", utc},
          {R"({"level":"info","message":"@","timestamp":"2026-11-28T12:00:00.000Z"})", utc},
          {R"({"@t":"2026-11-28T12:00:00.0000000Z","@mt":"@"})", utc},
          {R"({"client_ip":"192.0.2.7","start_time":1795867200000,"request":{"method":"GET","uri":"/a?t=@"},"response":{"status":200}})",
           utc + " client=192.0.2.7 status=200 method=GET path=/a query[t=@]"},
          {R"({"proxy.client.ip":"192.0.2.7","client_received_start_timestamp":1795867200000,"request_uri":"/a?t=@",)"
           R"("request_verb":"GET","response_status_code":200})",
           utc + " client=192.0.2.7 method=GET path=/a query[t=@]"},
          {R"({"timestamp":"2026-11-28T12:00:00+0000","client_ip":"192.0.2.7","host":"a","url":"/a?t=@","response_status":200})",
           utc + " client=192.0.2.7 status=200 path=/a query[t=@]"},
      }) {
    const Learnt found = learnt(line + "\n", told());
    base::Arena arena;
    const LineFacts before = found.format->read(line, arena);
    std::string shown_facts = summary(before, line);
    EXPECT_EQ(shown_facts.substr(0, shown_facts.find(" text[")), facts) << line;
    for (const char* attack :
         {"2020-01-01T00:00:00Z", "[2020-01-01 00:00:00] ", "1577836800000",
          "Jan  1 00:00:00 h a: ", "I, [2020-01-01T00:00:00.000000 #7]", "| 2020-01-01T00:00:00Z"}) {
      std::string attacked = line;
      const std::size_t at = attacked.rfind('@');
      attacked.replace(at, 1, attack);
      EXPECT_EQ(found.format->read(attacked, arena).time, before.time) << attacked;
      // Nor does it matter what the first line of the file was.
      const Learnt misled = learnt(attacked + "\n" + line + "\n", told());
      EXPECT_EQ(misled.format->read(line, arena).time, before.time) << attacked;
    }
  }
}

TEST(Formats, ALineMayHaveThousandsOfRegions) {
  constexpr std::size_t kFields = 5000;
  std::string line = "time=2026-11-28T12:00:00Z level=info msg=x";
  for (std::size_t i = 0; i < kFields; ++i) line += " cookie=a";
  const Learnt found = learnt(line + "\n");
  ASSERT_EQ(found.format_name, "logfmt");
  base::Arena arena;
  const LineFacts facts = found.format->read(line, arena);
  ASSERT_EQ(facts.regions.size(), kFields);
  EXPECT_EQ(facts.regions.back().end, line.size());
}

void expect_same_time(const FileFormat& format, std::string_view line) {
  base::Arena arena;
  const LineFacts facts = format.read(line, arena);
  TimeFacts time;
  format.read_time(line, arena, time);
  const std::string context = std::string(format.name()) + ": " + std::string(line);
  EXPECT_EQ(time.time, facts.time) << context;
  EXPECT_EQ(time.time_text, facts.time_text) << context;
  EXPECT_EQ(time.repeated, facts.repeated) << context;
  EXPECT_EQ(time.skipped, facts.skipped) << context;
  EXPECT_EQ(time.fault, facts.fault) << context;
}

// read() is the definition of read_time().
TEST(Formats, ReadTheTimeAloneAsTheyReadItWithTheRest) {
  auto random = test::StructuredRandom::announced("Formats.ReadTheTimeAlone");
  constexpr std::string_view kPieces[] = {" ",        "\"",  "[", "]",    "-",     "{",         "}",
                                          "\\\"",     ":",   ",", "\t",   "401",   "GET",       "P",
                                          "12:00:00", "Nov", "=", "2026", "\\x22", "\"time\":", "null"};
  for (const Sample& sample : samples()) {
    const std::string text = test::read_file(test::data_path("logs/" + std::string(sample.file)));
    const Learnt found = learnt(text, told());
    std::shared_ptr<const FileFormat> format = found.format;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      if (auto next = format->after_directive(line)) format = next;
      expect_same_time(*format, line);
      for (int i = 0; i < 200; ++i) {
        std::string changed = line;
        for (std::size_t n = random.below(3) + 1; n > 0; --n) {
          const std::size_t at = random.below(changed.size() + 1);
          const std::size_t removed = random.one_in(3) ? random.below(changed.size() - at + 1) : random.below(3);
          changed.replace(at, removed, random.one_in(4) ? "" : kPieces[random.below(std::size(kPieces))]);
        }
        expect_same_time(*format, changed);
      }
    }
  }
}

// read_time() says of a line what read() says of its time, also of lines that are cut, and of those of other formats.
TEST(Formats, ReadOnlyTheTimeAsTheyReadAll) {
  const auto each_line = [](std::string_view text, auto&& tell) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      tell(text.substr(at, end - at));
      at = end + 1;
    }
  };
  std::vector<std::string> texts;
  for (const Sample& sample : samples()) {
    texts.push_back(test::read_file(test::data_path("logs/" + std::string(sample.file))));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Learnt found = learnt(texts[i], told());
    for (const std::string& text : texts) {
      each_line(text, [&](std::string_view line) { expect_same_time(*found.format, line); });
    }
    each_line(texts[i], [&](std::string_view line) {
      for (std::size_t size = 0; size < line.size(); ++size) {
        expect_same_time(*found.format, line.substr(0, size));
      }
      // A second time behind, between and before the others.
      for (const std::string_view more : {R"("time":"2020-01-01T00:00:00Z",)", R"(","ts":1577836800,"x":")",
                                          " HTTP/1.1\" 200 2020-01-01T00:00:00Z "}) {
        for (const std::size_t at : {std::size_t{1}, line.size() / 3, line.size() / 2, line.size()}) {
          std::string changed(line);
          expect_same_time(*found.format, changed.insert(std::min(at, changed.size()), more));
        }
      }
    });
  }
}

TEST(Formats, SplitLinesAreTold) {
  for (const auto& [file, joining] : {std::pair{"cri.log", Joining::cri},
                                      {"docker.json", Joining::docker},
                                      {"journald.json", Joining::journald},
                                      {"logback.log", Joining::none},
                                      {"pino.json", Joining::none}}) {
    EXPECT_EQ(learnt(test::read_file(test::data_path("logs/" + std::string(file)))).format->joining(), joining) << file;
  }
}

TEST(Formats, SkipAJsonTextThatIsCutOrBroken) {
  const Learnt found = learnt("{\"time\":\"2026-11-28T12:00:00Z\",\"url\":\"/a\"}\n");
  base::Arena arena;
  for (const auto& [line, expected] :
       {std::pair{R"({"time":"2026-11-28T12:00:00Z","url":"/a?t=1)", "2026-11-28T12:00:00Z path=/a query[t=1]"},
        {R"({"url":"/a","size":-,"time":"2026-11-28T12:00:00Z"})", "2026-11-28T12:00:00Z path=/a"},
        {R"({"url":"/a" "time":"2026-11-28T12:00:00Z"})", "2026-11-28T12:00:00Z path=/a"},
        {R"({"url":"\\x22,\"time\":\"2020-01-01T00:00:00Z\"","time":"2026-11-28T12:00:00Z"})", "2026-11-28T12:00:00Z"},
        {R"({url:"/a","time":"2026-11-28T12:00:00Z"})", "none"},
        {R"(text {"time":"2026-11-28T12:00:00Z"})", "none"},
        {R"({"a":{"time":"2020-01-01T00:00:00Z"}})", "none"},
        {R"({"time":null})", "unreadable 'null'"},
        {"", "none"}}) {
    EXPECT_EQ(summary(found.format->read(line, arena), line), expected) << line;
  }
}

}  // namespace
}  // namespace assay::log
