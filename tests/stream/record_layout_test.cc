// Records read by the layout of the one before, against the flat reader, which knows no layouts.
#include "stream/record_layout.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/random.h"

namespace assay::stream {
namespace {

using Field = RecordLayout::Field;
using Outcome = codec::FastObjectReader::Outcome;

// How a log writes its records.
struct Log {
  struct Member {
    std::string name;
    int kind = 0;
  };
  std::vector<Member> members;
  std::string colon = ":", comma = ",";
};

std::string value_of(int kind, test::StructuredRandom& random) {
  const auto word = [&] {
    std::string text(random.size(random.one_in(8) ? 700 : 20), ' ');
    for (char& c : text) {
      do c = static_cast<char>(0x20 + random.below(0x5F));
      while (c == '"' || c == '\\');
    }
    return text;
  };
  switch (kind) {
    case 0:
      return '"' + word() + '"';
    case 1:
      return std::to_string(1 + random.next() % 2'000'000'000);
    case 2:
      return std::to_string(random.below(2'000'000'000)) + '.' + std::to_string(random.below(1000));
    case 3:
      return random.one_in(2) ? "true" : "null";
    case 4:
      return "[\"" + word() + "\", \"" + word() + "\"]";
    case 5:
      return "{\"in\":{\"er\":\"" + word() + "\"},\"n\":" + std::to_string(random.below(10)) + '}';
    default:
      return random.one_in(2) ? "-1.5e3" : "12345678901234567890123";
  }
}

Log random_log(test::StructuredRandom& random) {
  // Names that come twice, one that is too long for a frame, and those that are asked for.
  static constexpr std::string_view kNames[] = {
      "token", "time", "id", "status", "a", "", "token", "the-name-of-a-member-that-is-too-long-for-a-frame"};
  Log log;
  const std::size_t count = random.one_in(10) ? random.below(30) : random.below(9);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t last = random.one_in(6) ? std::size(kNames) : std::size(kNames) - 1;
    log.members.push_back({std::string(kNames[random.below(last)]), static_cast<int>(random.below(7))});
  }
  if (random.one_in(3)) log.colon = ": ", log.comma = ", ";
  return log;
}

std::string record_of(const Log& log, test::StructuredRandom& random) {
  std::string text = "{";
  for (const Log::Member& member : log.members) {
    if (text.size() > 1) text += log.comma;
    // Now and then a value is of another kind than usual.
    text += '"' + member.name + '"' + log.colon + value_of(random.one_in(30) ? 0 : member.kind, random);
  }
  return text + (random.one_in(10) ? "} " : "}");
}

// One record that no longer is quite the same: a byte changed, added or left out.
void spoil(std::string& text, test::StructuredRandom& random) {
  static constexpr std::string_view kBytes = "\"\\{}[],: 0-.ex\n\x7F\xC3";
  const std::size_t at = random.below(text.size());
  const char c = kBytes[random.below(kBytes.size())];
  switch (random.below(3)) {
    case 0:
      text[at] = c;
      return;
    case 1:
      text.insert(at, 1, c);
      return;
    default:
      text.erase(at, 1 + random.below(4));
      return;
  }
}

void expect_same(const std::vector<Field>& fields, const std::vector<Field>& expected, std::string_view record) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ASSERT_EQ(fields[i].found, expected[i].found) << record;
    if (!fields[i].found) continue;
    ASSERT_EQ(fields[i].value.kind, expected[i].value.kind) << record;
    ASSERT_EQ(fields[i].value.text.data(), expected[i].value.text.data()) << record;
    ASSERT_EQ(fields[i].value.text, expected[i].value.text) << record;
  }
}

TEST(RecordLayout, ReadsWhatTheFlatReaderReads) {
  auto random = test::StructuredRandom::announced("RecordLayout.ReadsWhatTheFlatReaderReads");
  const std::vector<std::string_view> names = {"token", "time", "id", "token", "none"};
  std::size_t decided = 0, undecided = 0;
  base::Arena arena;
  codec::FastObjectReader flat;
  for (int i = 0; i < 150; ++i) {
    RecordLayout layout(names);
    const Log log = random_log(random), other = random_log(random);
    for (int k = 0; k < 60; ++k) {
      arena.reset();
      std::string text = record_of(random.one_in(12) ? other : log, random);
      if (random.one_in(5)) spoil(text, random);
      const std::size_t size = text.size();
      // What stands behind the record goes on like a record.
      text += random.one_in(2) ? record_of(log, random) : "\",\"token\":\"" + std::string(8, '"');
      text += std::string(codec::kJsonPadding, '"');
      const std::string_view record = std::string_view(text).substr(0, size);
      std::vector<Field> fields(names.size()), expected(names.size());
      const bool is_read = layout.read(record, arena, fields);
      ASSERT_EQ(is_read, flat.read_plain(record, names, arena, expected) == Outcome::object) << record;
      ++(is_read ? decided : undecided);
      if (is_read) expect_same(fields, expected, record);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(decided, 5000u);
  EXPECT_GT(undecided, 300u);
}

// A log of two writers, whose layouts take turns, and then of one.
TEST(RecordLayout, ReadsLogsThatAreMixed) {
  const std::vector<std::string_view> names = {"token"};
  RecordLayout layout(names);
  base::Arena arena;
  std::vector<Field> fields(1);
  for (int i = 0; i < 1000; ++i) {
    const std::string token = "t" + std::to_string(i);
    std::string text =
        i % 2 == 0 || i > 500 ? R"({"token":")" + token + R"(","n":1})" : R"({"n":1,"token":")" + token + R"("})";
    const std::size_t size = text.size();
    text.append(codec::kJsonPadding, ' ');
    ASSERT_TRUE(layout.read(std::string_view(text).substr(0, size), arena, fields));
    EXPECT_TRUE(fields[0].found);
    EXPECT_EQ(fields[0].value.text, token);
  }
}

}  // namespace
}  // namespace assay::stream
