// Tokens in portions are those in a whole, whatever the size of a portion.
#include "audit/token_search.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "audit/hit_reader.h"
#include "audit/line_order.h"
#include "audit/log_batch.h"
#include "audit/survey.h"
#include "support/random.h"

namespace assay::audit {
namespace {

const std::string kToken = "eyJhbGciOiJIUzI1NiJ9.e30.";

// A block that was arranged, with what its formats need to live.
struct Arranged {
  Result<Survey> survey = Survey::create({});
  std::vector<FileSurvey> files = std::vector<FileSurvey>(1);
  std::vector<std::string> names = {"test.log"};
  LineArranger arranger{*survey, files, names, false};
  LogBatch batch;

  explicit Arranged(const std::string& text) {
    batch.block.buffer.assign(text);
    batch.block.text = batch.block.buffer.view();
    EXPECT_TRUE(arranger.arrange(batch));
  }
};

std::string shown(const Hits& hits, std::size_t index, HitReader& reader) {
  const Hit& hit = hits.tokens[index];
  const HitLine& line = hits.lines[hit.line];
  const writers::Occurrence seen = reader.read(index);
  std::string text = std::to_string(line.number) + "#" + std::to_string(seen.nth) + " @" + std::to_string(seen.offset);
  text += "+" + std::to_string(seen.length) + " " + std::string(to_string(seen.where)) + " ";
  text += std::to_string(seen.decoded) + " " + std::to_string(seen.status) + " ";
  for (const std::string_view part : {hit.token, seen.client, seen.method, seen.path, line.text.substr(0, 40)}) {
    text += std::string(part) + "|";
  }
  return text + (line.moment.at ? to_rfc3339(*line.moment.at) : "no time " + std::string(line.moment.unreadable));
}

// Every hit, of which only one in `asked` is read.
std::vector<std::string> in_portions(const std::string& text, std::size_t most, std::size_t asked = 1) {
  Arranged arranged(text);
  std::vector<std::string> all;
  TokenSearch search;
  HitReader reader;
  Hits hits;
  search.begin(arranged.batch);
  reader.begin(arranged.batch);
  std::size_t number = 0;
  while (search.next(hits, most)) {
    EXPECT_LE(hits.tokens.size(), most + log::TokenScanner::kMostBeyond);
    complete(hits.lines, arranged.batch);
    reader.begin_portion(hits);
    for (std::size_t i = 0; i < hits.tokens.size(); ++i, ++number) {
      if (number % asked == 0) all.push_back(shown(hits, i, reader));
    }
    reader.end_portion();
  }
  return all;
}

std::string line_of(test::StructuredRandom& random, std::size_t kind) {
  std::string body;
  constexpr const char* kPieces[] = {" Bearer ***", "&t=@",    " \\\"@\\\"",  "; sid=@;", "?x=1&access_token=@",
                                     "#t=@",        " filler", " Bearer%20@", ",token: @"};
  for (std::size_t n = random.size(30); n > 0; --n) {
    std::string piece = kPieces[random.below(std::size(kPieces))];
    const std::string token = random.one_in(3) ? "eyJhbGciOiJIUzI1NiJ9%2Ee30." : kToken;
    if (const std::size_t at = piece.find('@'); at != std::string::npos) {
      piece.replace(at, 1, token);
      if (const std::size_t next = piece.find('@'); next != std::string::npos) piece.replace(next, 1, token);
    }
    body += piece;
  }
  const std::string time = "2026-11-28T12:00:" + std::to_string(10 + random.below(50)) + "Z";
  switch (kind) {
    case 0:
      return "192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] \"GET /a?" + body + " HTTP/1.1\" 200 12 \"-\" \"x" + body +
             "\"\n";
    case 1:
      return "{\"time\":\"" + time + "\",\"path\":\"/b?" + body + "\",\"status\":200,\"authorization\":\"" + body +
             "\"}\n";
    case 2:
      return time + " stdout " + (random.one_in(2) ? "P " : "F ") + body + "\n";
    case 3: {
      std::string line = "{\"Records\":[";
      for (std::size_t n = random.below(5) + 1; n > 0; --n) {
        line += "{\"eventTime\":\"" + time + "\",\"eventName\":\"x\",\"requestParameters\":{\"a\":\"" + body + "\"}}";
        if (n > 1) line += ",";
      }
      return line + "]}\n";
    }
    default:
      return (random.one_in(2) ? time + " WARN " : "\tat ") + body + "\n";
  }
}

TEST(TokenSearch, PortionsMakeTheWhole) {
  auto random = test::StructuredRandom::announced("TokenSearch.PortionsMakeTheWhole");
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    std::string text;
    for (std::size_t n = random.size(12) + 1; n > 0; --n) text += line_of(random, static_cast<std::size_t>(round) % 5);
    const std::vector<std::string> whole = in_portions(text, kMostKeptHits);
    found += whole.size();
    for (const std::size_t most : {1, 2, 7, 100}) ASSERT_EQ(in_portions(text, most), whole) << text;
    // What is said of a token does not depend on which others somebody asks for.
    for (const std::size_t asked : {2, 5}) {
      std::vector<std::string> some;
      for (std::size_t i = 0; i < whole.size(); i += asked) some.push_back(whole[i]);
      ASSERT_EQ(in_portions(text, kMostKeptHits, asked), some) << text;
      ASSERT_EQ(in_portions(text, 3, asked), some) << text;
    }
  }
  EXPECT_GT(found, 5000u);
}

TEST(TokenSearch, ABatchKeepsFewTokensAndCountsMany) {
  for (const std::size_t count : {std::size_t{3}, kMostKeptHits, 3 * kMostKeptHits}) {
    std::string text = "2026-11-28T12:00:00Z ";
    for (std::size_t i = 0; i < count; ++i) text += " Bearer ***";
    Arranged arranged(text + "\n");
    TokenSearch().search(arranged.batch);
    EXPECT_EQ(arranged.batch.hit_count, count);
    ASSERT_EQ(arranged.batch.hits_by_file.size(), 1u);
    EXPECT_EQ(arranged.batch.hits_by_file[0].count, count);
    EXPECT_EQ(arranged.batch.holds_hits, count <= kMostKeptHits);
    EXPECT_EQ(arranged.batch.hits.tokens.size(), count <= kMostKeptHits ? count : 0);
  }
}

}  // namespace
}  // namespace assay::audit
