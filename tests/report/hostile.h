// Texts that try to be more than texts, in every place of an overview.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tally/overview.h"

namespace assay::report {

inline std::vector<std::string> hostile_texts() {
  using namespace std::string_literals;
  return {
      "</script><script>alert(1)</script>",
      "</style><style>*{display:none}</style>",
      "\" onmouseover=\"alert(1)",
      "' autofocus onfocus='alert(1)",
      "<img src=https://evil.example/x.png onerror=alert(1)>",
      "<!-- a comment --> --!> <!--",
      "]]><![CDATA[",
      "<?xml version=\"1.0\"?><!DOCTYPE x>",
      "&lt;b&gt; &#60;script&#62; &amp;",
      "javascript:alert(1)",
      "[click](javascript:alert(1))",
      "![x](https://evil.example/x.png)",
      "https://evil.example/?q=<JWT> www.evil.example admin@evil.example",
      "a | b | c\\| d",
      "`code` ``more`` ```fence",
      "# heading\n## another\n\n---\n- item\n> quote",
      "**bold** __bold__ ~~gone~~ \\",
      "} body { display: none } /* ",
      "\xe2\x80\xae"
      "drowssap"
      "\xe2\x80\xac \xd7\x90\xd7\x91",
      "zero\xe2\x80\x8bwidth\xef\xbb\xbf",
      "\x01\x02\x1b[31mred\x1b[0m\x7f\xc2\x85",
      "\xff\xfe\xc3(\xed\xa0\x80 not UTF-8",
      "nul\0byte"s,
      std::string(10'000, 'A'),
      std::string(9'999, '`') + "|",
      "\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\x98\x80",
      "\r\n\r\nHTTP/1.1 200 OK\t",
      "=HYPERLINK(\"https://evil.example\")",
  };
}

// An overview in which every text is `text`.
inline tally::Overview hostile_overview(const std::string& text) {
  using namespace tally;
  Overview overview;
  TimeSpan times;
  times.add(Instant{1'795'680'000, 0});
  times.add(Instant{1'795'690'000, 0});
  overview.all = {10, 9, 5, times};
  for (int i = 0; i < kReasonCount; ++i) overview.reasons.push_back({static_cast<Reason>(i), 3, 3, 2, times});
  for (Breakdown* breakdown :
       {&overview.algorithms, &overview.kids, &overview.issuers, &overview.client_ids, &overview.subjects,
        &overview.scopes, &overview.clients, &overview.statuses, &overview.verified_kids}) {
    breakdown->rows = {{text, {0, 9, 5, times}}, {"none", {0, 3, 1, times}}};
    breakdown->is_exact = false;
    breakdown->distinct = 1'000'000;
  }
  overview.hours = {{"2026-11-26T08", {5, 4, 3, times}}, {"2026-11-26T09", {5, 4, 3, times}}, {text, {5, 4, 3, times}}};
  overview.kid_hours = {{text, text, 1, 2}};
  for (int i = 0; i < 2; ++i) {
    Replay replay{text, text, text, text, text, 9, 5, 4, {{text, 3, times}, {text, 4, times}}, 2, times};
    overview.replays.tokens.push_back(replay);
    overview.replays.jtis.push_back(replay);
  }
  overview.replays.share = 0.1;
  overview.compromised = {{text, text, text, {1'795'685'000, 0}, {1, 2, 3}, {4, 5, 6}, {7, 8, 9}}};
  FileCoverage file;
  file.path = file.sha256 = file.format = file.zone = file.year = file.fault = text;
  file.lines = 9;
  file.times = times;
  file.gaps = {{*times.first, *times.last}};
  file.gap_count = 1;
  overview.files = {file, file, file};
  overview.files[2].fault.clear();
  overview.files[2].repeats = text;
  KeyRow key;
  key.kid = key.type = key.thumbprint = key.issuer = key.source = key.note = text;
  key.retired_at = key.compromised_at = key.not_before = Instant{1'795'684'000, 0};
  key.weaknesses = {text, text};
  key.uses = {1, 9, 5, times};
  overview.keys = {key, key};
  overview.runs.resize(2);
  for (RunRow& run : overview.runs) {
    run.version = run.command = run.backend = run.isa = text;
    run.options = {{text, text}};
    run.inputs = {text};
  }
  overview.published_private_keys = overview.far_expiry = overview.repeated_hours = overview.other_credentials = 1;
  overview.accepted_refused = 1;
  for (std::uint64_t& part : overview.expired_by.parts) part = 1;
  return overview;
}

}  // namespace assay::report
