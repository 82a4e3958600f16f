#include "report/incident.h"

#include <cstdio>
#include <string>

namespace assay::report {
namespace {

using tally::Cell;
using tally::FileCoverage;
using tally::KeyRow;
using tally::Overview;
using tally::Row;
using tally::TimeSpan;

constexpr const char* kLogin = "https://login.corp.example/";
constexpr const char* kPartner = "https://m2m.partner.example";

TimeSpan span(Instant from, Instant to) {
  TimeSpan times;
  times.add(from);
  times.add(to);
  return times;
}

Cell cell(std::uint64_t accepted, std::uint64_t rejected, std::uint64_t served, TimeSpan times = {}) {
  if (!times.first) times = span(at(24, 0, 0, 10), at(26, 23, 59, 57));
  return {accepted, rejected, served, times};
}

std::string hour_name(int hour) {
  char text[48];
  std::snprintf(text, sizeof text, "2026-11-%02dT%02d", 24 + hour / 24, hour % 24);
  return text;
}

void add_hours(Overview& overview) {
  // Rejected by hour on the third day, as the truth of the incident tells.
  constexpr int kThirdDay[24] = {4,   13,  12, 10, 8,  9,  6,  13, 145, 161, 179, 167,
                                 193, 331, 69, 82, 54, 51, 40, 28, 37,  27,  29,  27};
  for (int hour = 0; hour < 72; ++hour) {
    const int of_day = hour % 24, rejected = hour < 48 ? 4 + (hour * 7) % 14 : kThirdDay[of_day];
    const bool leak = hour >= 56 && hour < 62;
    const int served = leak ? rejected * 9 / 10 : hour < 62 ? rejected / 6 : rejected / 4;
    const int accepted = 160 + (of_day > 6 && of_day < 19 ? 400 : 0) + (hour * 13) % 50;
    overview.hours.push_back(
        {hour_name(hour), cell(static_cast<std::uint64_t>(accepted), static_cast<std::uint64_t>(rejected),
                               static_cast<std::uint64_t>(served))});
  }
}

void add_reasons(Overview& overview) {
  const auto add = [&](Reason reason, std::uint64_t decided, std::uint64_t held, std::uint64_t served, Instant from,
                       Instant to) {
    overview.reasons.push_back({reason, decided, held, served, span(from, to)});
  };
  add(Reason::signature_redacted, 227, 227, 198, at(24, 8, 2), at(26, 23, 40));
  add(Reason::malformed_token, 23, 23, 20, at(24, 9, 3), at(26, 22, 1));
  add(Reason::algorithm_not_allowed, 55, 55, 0, at(24, 2, 18, 28), at(26, 21, 35, 40));
  add(Reason::key_not_found, 35, 35, 0, at(24, 1, 8, 4), at(26, 22, 41, 18));
  add(Reason::signature_invalid, 90, 90, 0, at(24, 3, 21, 25), at(26, 19, 2, 20));
  add(Reason::token_expired, 230, 230, 84, at(24, 1, 31, 25), at(26, 23, 43, 58));
  add(Reason::token_not_yet_valid, 60, 60, 0, at(24, 0, 49, 19), at(26, 22, 15, 18));
  add(Reason::issuer_mismatch, 40, 40, 25, at(24, 0, 43, 34), at(26, 23, 4, 35));
  add(Reason::audience_mismatch, 120, 120, 3, at(24, 0, 55, 59), at(26, 21, 58, 6));
  add(Reason::key_retired, 384, 400, 118, at(25, 11, 33, 36), at(26, 23, 57, 44));
  add(Reason::key_compromised, 1131, 1428, 1131, at(26, 8, 0, 14), at(26, 23, 57, 44));
}

void add_keys(Overview& overview) {
  const auto key = [&](const char* kid, const char* type, const char* thumbprint, const char* issuer, Cell uses) {
    KeyRow row;
    row.kid = kid;
    row.type = type;
    row.thumbprint = thumbprint;
    row.issuer = issuer;
    row.source = issuer == std::string(kLogin) ? "www/login/jwks.json" : "www/m2m/jwks.json";
    row.uses = uses;
    overview.keys.push_back(row);
    return &overview.keys.back();
  };
  overview.keys.reserve(4);
  KeyRow* old_login = key("login-2025", "RSA 2048", "8Zq4h1vFh0x3m0mJ0Yc2b3pTz5x8cPjYQn5rV1dT9uE", kLogin,
                          cell(7374, 320, 118, span(at(24, 0, 0, 20), at(26, 23, 21, 33))));
  old_login->retired_at = at(25, 11);
  old_login->source = "archive/login-2026-11-24.jwks.json";
  key("login-2026", "RSA 2048", "mQ1r8YxVw0pB1q7r2S9aYkz4nT6cVhUeXf3gLd5oJ8I", kLogin,
      cell(8882, 245, 28, span(at(25, 10, 21, 22), at(26, 23, 59, 34))))
      ->not_before = at(25, 10);
  KeyRow* leaked = key("m2m-7", "EC P-256", "Jx0c3nVt6yQe8RkB2pWz5sLd7uHf9gTa1mXo4iNqEvY", kPartner,
                       cell(7291, 1489, 1190, span(at(24, 0, 0, 10), at(26, 23, 57, 44))));
  leaked->retired_at = at(26, 14);
  leaked->compromised_at = at(26, 8);
  leaked->note = "private key found on a build host";
  leaked->source = "archive/m2m-2026-11-24.jwks.json";
  key("m2m-8", "EC P-256", "W4bTz9yKf2hQ7vLx1nRc6mJp3sGd8uEa5oYi0tXqBwM", kPartner,
      cell(1268, 31, 25, span(at(26, 14, 0, 3), at(26, 23, 59, 57))));
  overview.compromised.push_back(
      {"m2m-7", kPartner, "private key found on a build host", at(26, 8), {82, 960, 960}, {99, 444, 171}, {6, 24, 19}});
}

void add_replays(Overview& overview) {
  for (int i = 0; i < 140; ++i) {
    const bool forged = i < 70;
    tally::Replay replay;
    replay.ath = "4J4nOk6Gkpa3naw5v-Gla3H4L-PNFUw70tAvjeC" + std::to_string(1000 + i);
    replay.kid = forged ? "m2m-7" : "login-2026";
    replay.issuer = forged ? kPartner : kLogin;
    replay.subject = (forged ? "svc-" : "user-") + std::to_string(10 + i % 40);
    replay.jti = "fb2f2749981b76b759a94d5fe9eb" + std::to_string(1000 + i);
    replay.addresses = static_cast<std::uint64_t>(2 + i % 4);
    const Instant from = at(26, 8 + i % 12, i % 60);
    for (std::uint64_t c = 0; c < replay.addresses; ++c) {
      // The first half is used in turns, the rest by one address after another.
      const int start = static_cast<int>(c) * (forged ? 60 : 900);
      replay.clients.push_back({(c == 0 ? "198.51.100." : "45.155." + std::to_string(c) + ".") + std::to_string(3 + i),
                                3, span({from.seconds + start, 0}, {from.seconds + start + 600, 0})});
      replay.times.add(replay.clients.back().times);
    }
    replay.uses = 3 * replay.addresses;
    replay.rejected = forged ? replay.uses : 0;
    replay.served = forged ? replay.uses / 3 : replay.uses;
    overview.replays.tokens.push_back(replay);
  }
  overview.replays.distinct = 3400;
}

void add_files(Overview& overview) {
  overview.files.reserve(10);
  const auto add = [&](const char* path, const char* format, const char* zone, std::uint64_t bytes, std::uint64_t lines,
                       std::uint64_t tokens, int first_day, int days) {
    FileCoverage file;
    file.path = path;
    file.format = format;
    file.zone = zone;
    file.bytes = bytes;
    file.lines = lines;
    file.tokens = tokens;
    file.sha256 = std::string(58, 'a') + std::to_string(100'000 + overview.files.size());
    file.times = span(at(first_day, 0, 0, 11), at(first_day + days - 1, 23, 59, 40));
    overview.files.push_back(file);
    return &overview.files.back();
  };
  add("logs/alb/"
      "123456789012_elasticloadbalancing_eu-central-1_app.files.50dc6c495c0c9188_20261124T2355Z_52.29.1.1_4mzq.log.gz",
      "AWS ALB", "in the line", 324'540, 1279, 957, 24, 1);
  add("logs/app/orders.log.2026-11-24.zst", "log4j, logback", "Europe/Berlin", 96'492, 1652, 996, 24, 1);
  add("logs/app/orders.log", "log4j, logback", "Europe/Berlin", 1'006'806, 2069, 1286, 25, 2)->lines_without_time = 92;
  add("logs/envoy/access.json.1.gz", "Envoy", "in the line", 533'560, 2733, 2028, 24, 2);
  add("logs/envoy/access.json", "Envoy", "in the line", 2'413'379, 2928, 2235, 26, 1);
  add("logs/k8s/audit.log", "Kubernetes audit", "in the line", 1'257'714, 1050, 719, 26, 1);
  FileCoverage* gap = add("logs/nginx/access.log.1", "nginx combined", "in the line", 2'435'762, 4716, 3044, 24, 2);
  gap->gaps = {{at(25, 1, 12), at(25, 3, 55)}, {at(25, 5, 2), at(25, 5, 40)}};
  gap->gap_count = 2;
  add("logs/nginx/access.log", "nginx combined", "in the line", 2'687'955, 5119, 3436, 26, 1);
  add("logs/nginx/ws.access.log.2.gz", "nginx combined", "in the line", 225'976, 980, 995, 24, 1)->fault =
      "its gzip data are cut off at byte 225,976";
  add("logs/nginx/error.log", "nginx error", "Europe/Berlin", 4'096, 31, 0, 24, 3)->lines_without_time = 2;
}

void add_breakdowns(Overview& overview) {
  overview.algorithms.rows = {{"RS256", cell(16256, 700, 231)},
                              {"ES256", cell(8559, 1390, 1130)},
                              {"none", cell(0, 30, 0)},
                              {"HS256", cell(0, 25, 0)}};
  overview.kids.rows = {{"login-2026", cell(8882, 344, 28)},
                        {"m2m-7", cell(7291, 1570, 1190)},
                        {"login-2025", cell(7374, 378, 118)},
                        {"m2m-8", cell(1268, 43, 25)},
                        {"dev-1", cell(0, 35, 0, span(at(24, 1, 8, 4), at(26, 22, 41, 18)))}};
  overview.issuers.rows = {{kLogin, cell(16256, 700, 231)}, {kPartner, cell(8559, 1390, 1130)}};
  overview.statuses.rows = {{"200", cell(20310, 727, 727)},
                            {"201", cell(3300, 286, 286)},
                            {"401", cell(0, 604, 0)},
                            {"204", cell(1100, 383, 348)},
                            {"403", cell(105, 395, 0)}};
  overview.clients.rows = {
      {"10.40.3.3", cell(0, 75, 75)},    {"45.155.1.20", cell(0, 81, 36)},  {"10.20.0.12", cell(310, 37, 37)},
      {"45.155.4.71", cell(0, 77, 35)},  {"10.20.4.44", cell(290, 34, 34)}, {"10.20.4.47", cell(300, 34, 34)},
      {"10.20.3.40", cell(280, 33, 33)}, {"45.155.0.3", cell(0, 62, 0)},    {"203.0.113.53", cell(41, 0, 0)}};
  overview.subjects.rows = {{"admin", cell(12, 174, 54)},
                            {"batch-nightly", cell(0, 75, 75)},
                            {"svc-31", cell(220, 44, 44)},
                            {"svc-00", cell(210, 39, 39)},
                            {"dev-anna", cell(0, 35, 0)}};
  overview.client_ids.rows = {
      {"svc-31", cell(220, 44, 44)}, {"web-shop", cell(16256, 700, 231)}, {"batch-nightly", cell(0, 75, 75)}};
  overview.scopes.rows = {{"orders:read", cell(24815, 1900, 1300)}, {"orders:write", cell(24815, 1900, 1300)}};
  for (tally::Breakdown* breakdown : {&overview.algorithms, &overview.kids, &overview.issuers, &overview.statuses,
                                      &overview.clients, &overview.subjects, &overview.client_ids, &overview.scopes})
    breakdown->distinct = breakdown->rows.size();
  overview.issuers.absent = cell(0, 305, 218);
}

tally::RunRow run(Instant started) {
  tally::RunRow row;
  row.version = "0.1.0";
  row.command = "audit";
  row.backend = "lanes";
  row.isa = "avx512ifma";
  row.started = started;
  row.ended = {started.seconds + 4, 0};
  row.seconds = 3.42;
  row.threads = 8;
  row.options = {{"--config", "assay.toml"}, {"--time-zone", "*/app/*=Europe/Berlin"}, {"--report", "audit.html"}};
  return row;
}

}  // namespace

Instant at(int day, int hour, int minute, int second) {
  constexpr std::int64_t kNovember24 = 1'795'478'400;
  return {kNovember24 + ((day - 24) * 24 + hour) * 3600 + minute * 60 + second, 0};
}

Overview incident() {
  Overview overview;
  overview.all = cell(24815, 2395, 1579);
  overview.accepted_served = 24710;
  overview.accepted_refused = 105;
  overview.undecidable = 227;
  overview.other_credentials = 1270;
  add_reasons(overview);
  add_breakdowns(overview);
  add_hours(overview);
  overview.expired_by.parts[0] = 60;
  overview.expired_by.parts[1] = 20;
  overview.expired_by.parts[2] = 75;
  overview.expired_by.parts[3] = 75;
  add_replays(overview);
  add_keys(overview);
  add_files(overview);
  overview.runs = {run(at(28, 9))};
  return overview;
}

Overview week_before() {
  Overview overview = incident();
  overview.all = cell(22000, 120, 3, span(at(17, 0), at(19, 23, 59)));
  overview.reasons = {{Reason::token_expired, 120, 120, 3, span(at(17, 1), at(19, 20))}};
  overview.kids.rows = {{"login-2025", cell(14000, 100, 3)}, {"m2m-7", cell(8000, 20, 0)}};
  overview.clients.rows = {{"10.20.0.12", cell(300, 3, 3)}};
  overview.algorithms.rows = {{"RS256", cell(14000, 100, 3)}, {"ES256", cell(8000, 20, 0)}};
  overview.replays.tokens.resize(2);
  overview.compromised.clear();
  for (FileCoverage& file : overview.files) file.sha256 = std::string(64, 'b');
  return overview;
}

}  // namespace assay::report
