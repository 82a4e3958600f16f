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
      {"cloudflare.json",
       "Cloudflare Logpush",
       "/EdgeStartTimestamp",
       "Unix time in ns",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a "
        "query[t=<JWT>&EdgeStartTimestamp=1577836800] authorization[Bearer <JWT>] cookie[<JWT>]",
        "2026-11-28T12:00:01Z client=192.0.2.8 status=200 method=GET path=/b",
        "2026-11-28T12:00:02Z client=192.0.2.8 status=200 method=GET path=/c"}},
      {"common.log",
       "common log",
       "field 4",
       "%d/%b/%Y:%H:%M:%S %z",
       "in the line",
       {"2026-11-28T12:00:00Z client=192.0.2.7 status=200 method=GET path=/a",
        "2026-11-28T12:00:01Z client=192.0.2.8 status=200 method=GET path=/b query[d=[01/Jan/2020:00:00:00%20+0000]]"}},
      {"cri.log",
       "CRI",
       "field 1",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.993695084Z", "2026-11-28T12:00:00.993846586Z", "2026-11-28T12:00:01Z",
        "2026-11-28T12:00:02Z"}},
      {"date-and-time.json", "JSON", "/date and /time", "%Y-%m-%d %H:%M:%S", "Europe/Berlin", {"2026-11-28T11:00:00Z"}},
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
      {"gcp-lb.json",
       "GCP load balancer",
       "/timestamp",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.123456Z client=192.0.2.7 status=200 method=GET path=/x "
        "query[t=<JWT>&timestamp=2020-01-01T00:00:00Z] referrer[https://b.example/]"}},
      {"haproxy.log",
       "HAProxy",
       "the accept date",
       "%d/%b/%Y:%H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00.266Z client=192.0.2.7 status=200 method=GET path=/a query[t=<JWT>]",
        "2026-11-28T11:00:01Z client=2001:db8::7 status=404 method=GET path=/ query[[01/Jan/2020:00:00:00.000]]",
        "2026-11-28T11:00:02Z client=192.0.2.8 status=400"}},
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
      {"splunk.json",
       "Splunk export",
       "/_time",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T03:00:00Z", "2026-11-28T03:00:01Z"}},
      {"squid.log", "text", "start of the line", "Unix time in s", "in the line", {"2026-11-28T12:00:00.123Z"}},
      {"syslog-3164.log",
       "syslog RFC 3164",
       "start of the line",
       "%b %e %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-12-01T11:00:01Z"}},
      {"syslog-5424.log",
       "syslog RFC 5424",
       "field 2",
       "%Y-%m-%dT%H:%M:%S%z",
       "in the line",
       {"2026-11-28T12:00:00.003Z", "2026-11-28T12:00:01Z"}},
      {"syslog.log",
       "syslog RFC 3164",
       "start of the line",
       "%b %e %H:%M:%S",
       "Europe/Berlin",
       {"2026-11-28T11:00:00Z", "2026-11-28T11:00:01Z", "2026-11-30T23:00:00Z"}},
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
    names.insert(sample.format);
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
