// The blocks of a file through arrange, search and link, as the pipeline calls them.
#include "audit/line_order.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "audit/hit_reader.h"
#include "audit/log_batch.h"
#include "audit/survey.h"
#include "audit/token_search.h"

namespace assay::audit {
namespace {

const std::string kToken =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJlLW9mLXRoaXJ0eS10d28tYnl0ZXMtMTIzNDU2Nzg5MDEyMw";

struct Piece {
  std::string text;
  bool continues = false, ends_mid_line = false;
};

// A hit with what its line says.
struct Found {
  Hit hit;
  HitLine line;
  writers::Occurrence occurrence;
};

// The hits of one input, given in blocks, whose memory lives as long.
struct Audited {
  std::vector<std::unique_ptr<LogBatch>> batches;
  std::vector<Found> hits;
  std::vector<std::uint64_t> records;
};

Audited audit(const std::vector<Piece>& blocks, LogOptions options = {}) {
  Result<Survey> survey = Survey::create(options);
  EXPECT_TRUE(survey);
  std::vector<FileSurvey> files(1);
  const std::vector<std::string> names = {"test.log"};
  LineArranger arranger(*survey, files, names, true);
  LineLinker linker;
  TokenSearch search;
  Audited audited;
  std::uint64_t line = 1, offset = 0;
  for (std::size_t i = 0; i <= blocks.size(); ++i) {
    auto batch = std::make_unique<LogBatch>();
    batch->is_last = i == blocks.size();
    if (!batch->is_last) {
      const Piece& piece = blocks[i];
      input::Block& block = batch->block;
      block.buffer.assign(piece.text);
      block.text = block.buffer.view();
      block.first_line = line;
      block.first_offset = offset;
      block.continues_line = piece.continues;
      block.ends_mid_line = piece.ends_mid_line;
      for (const char c : piece.text) block.line_count += c == '\n';
      line += block.line_count;
      offset += piece.text.size();
    }
    const Result<void> arranged = arranger.arrange(*batch);
    EXPECT_TRUE(arranged) << arranged.error().message;
    search.search(*batch);
    linker.link(*batch);
    complete(batch->hits.lines, *batch);
    EXPECT_EQ(batch->hit_count, batch->hits.tokens.size());
    HitReader reader;
    reader.begin(*batch);
    reader.begin_portion(batch->hits);
    for (const Hit& hit : batch->hits.tokens) {
      const auto index = static_cast<std::size_t>(&hit - batch->hits.tokens.data());
      audited.records.push_back(batch->first_record + index);
      writers::Occurrence occurrence = reader.read(index);
      occurrence.client = batch->arena.copy(occurrence.client);
      audited.hits.push_back({hit, batch->hits.lines[hit.line], occurrence});
    }
    audited.batches.push_back(std::move(batch));
  }
  return audited;
}

std::string moment(const Found& found) { return found.line.moment.at ? to_rfc3339(*found.line.moment.at) : "none"; }

const std::string kAccess = "192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] \"GET /a?t=";
const std::string kAccessEnd = " HTTP/1.1\" 200 12 \"-\" \"curl/8\"";

TEST(LineOrder, ALineThatBlocksShareHasOneTimeOneClientAndOneCount) {
  const std::string line = kAccess + kToken + kAccessEnd + " ";
  const Audited audited =
      audit({{line, false, true}, {" x " + kToken + " ", true, true}, {kToken + "\n" + line + "\n", true}});
  ASSERT_EQ(audited.hits.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(audited.hits[i].occurrence.nth, i + 1);
    EXPECT_EQ(audited.hits[i].line.number, 1u);
    EXPECT_EQ(audited.hits[i].occurrence.client, "192.0.2.7");
    EXPECT_EQ(audited.hits[i].occurrence.status, 200);
    EXPECT_EQ(moment(audited.hits[i]), "2026-11-28T12:00:00Z");
  }
  EXPECT_EQ(audited.hits[3].line.number, 2u);
  EXPECT_EQ(audited.hits[3].occurrence.nth, 1u);
  EXPECT_EQ(audited.hits[2].occurrence.offset, line.size() + 3 + kToken.size() + 1);
}

TEST(LineOrder, ALineThatContinuesARecordOfAnEarlierBlockTakesItsTime) {
  const Audited audited = audit({{"2026-11-28T12:00:00Z WARN a\n\tat b\n"}, {"\tat c\n"}, {"\tfor " + kToken + "\n"}});
  ASSERT_EQ(audited.hits.size(), 1u);
  EXPECT_EQ(moment(audited.hits[0]), "2026-11-28T12:00:00Z");
  EXPECT_EQ(audited.hits[0].line.number, 4u);
}

TEST(LineOrder, ABlockDoesNotDependOnWhereItWasCut) {
  std::string text;
  for (int i = 10; i < 40; ++i) {
    text += "2026-11-28T12:00:" + std::to_string(i) + "Z WARN rejected " + (i % 3 == 0 ? kToken : "") + "\n";
    if (i % 4 == 0) text += "java.lang.Exception\n\tat x " + kToken + " " + kToken + "\n";
  }
  const Audited whole = audit({{text}});
  ASSERT_GT(whole.hits.size(), 20u);
  for (std::size_t cut = text.find('\n'); cut != std::string::npos; cut = text.find('\n', cut + 1)) {
    const Audited parts = audit({{text.substr(0, cut + 1)}, {text.substr(cut + 1)}});
    ASSERT_EQ(parts.hits.size(), whole.hits.size());
    for (std::size_t i = 0; i < whole.hits.size(); ++i) {
      EXPECT_EQ(parts.hits[i].line.number, whole.hits[i].line.number);
      EXPECT_EQ(parts.hits[i].occurrence.nth, whole.hits[i].occurrence.nth);
      EXPECT_EQ(parts.hits[i].occurrence.offset, whole.hits[i].occurrence.offset);
      EXPECT_EQ(moment(parts.hits[i]), moment(whole.hits[i]));
      EXPECT_EQ(parts.records[i], i + 1);
    }
  }
}

TEST(LineOrder, AJsonLineWithoutATimeContinuesNothing) {
  const Audited audited = audit({{"{\"time\":\"2026-11-28T12:00:00Z\",\"a\":1}\n{\"t\":\"" + kToken +
                                  "\"}\n{\"time\":\"2026-02-30T00:00:00Z\",\"t\":\"" + kToken + "\"}\n"}});
  ASSERT_EQ(audited.hits.size(), 2u);
  EXPECT_EQ(moment(audited.hits[0]), "none");
  EXPECT_EQ(audited.hits[0].line.moment.unreadable, "");
  EXPECT_EQ(moment(audited.hits[1]), "none");
  EXPECT_EQ(audited.hits[1].line.moment.unreadable, "2026-02-30T00:00:00Z");
}

TEST(LineOrder, PiecesOfALineAreJoinedThroughBlocksAndAtTheEndOfTheFile) {
  const std::string half = kToken.substr(0, 40), rest = kToken.substr(40);
  const Audited audited =
      audit({{"2026-11-28T12:00:00Z stdout P Bearer " + half + "\n"},
             {"2026-11-28T12:00:01Z stderr F " + kToken + "\n"},
             {"2026-11-28T12:00:02Z stdout F " + rest + "\n2026-11-28T12:00:03Z stdout P " + kToken + "\n"}});
  ASSERT_EQ(audited.hits.size(), 3u);
  EXPECT_EQ(audited.hits[0].line.number, 2u);
  EXPECT_EQ(audited.hits[1].line.number, 1u);
  EXPECT_EQ(audited.hits[1].hit.token, kToken);
  EXPECT_EQ(moment(audited.hits[1]), "2026-11-28T12:00:00Z");
  EXPECT_EQ(audited.hits[1].occurrence.length, kToken.size());
  EXPECT_EQ(audited.hits[2].line.number, 4u);
  EXPECT_EQ(moment(audited.hits[2]), "2026-11-28T12:00:03Z");
}

TEST(LineOrder, ADirectiveChangesTheColumnsOfTheLinesBehindIt) {
  const std::string first =
      "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query\n2026-11-28 12:00:00 192.0.2.1 GET /a t=" + kToken +
      "\n";
  const std::string second = "#Fields: cs-uri-query date time c-ip\n";
  const std::string third = "t=" + kToken + " 2026-11-28 12:00:05 192.0.2.2\n";
  for (const std::vector<Piece>& blocks :
       {std::vector<Piece>{{first + second + third}}, std::vector<Piece>{{first}, {second}, {third}}}) {
    const Audited audited = audit(blocks);
    ASSERT_EQ(audited.hits.size(), 2u);
    EXPECT_EQ(audited.hits[0].occurrence.client, "192.0.2.1");
    EXPECT_EQ(moment(audited.hits[0]), "2026-11-28T12:00:00Z");
    EXPECT_EQ(audited.hits[1].occurrence.client, "192.0.2.2");
    EXPECT_EQ(moment(audited.hits[1]), "2026-11-28T12:00:05Z");
    EXPECT_EQ(audited.hits[1].occurrence.where, log::Where::query);
  }
}

}  // namespace
}  // namespace assay::audit
