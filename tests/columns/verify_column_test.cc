// Columns by hand: layouts as bytes, and who frees what. tools/python/tests/test_arrow.py tries them with Arrow's own
// libraries.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "assay/arrow.h"
#include "assay/key_pair.h"
#include "columns/column_tally.h"
#include "columns/verdict_builder.h"

namespace assay {
namespace {

constexpr Instant kAt{1'790'000'000, 0};

struct Fixture {
  KeyPair pair = std::move(*KeyPair::generate(Algorithm::ES256));
  JwtVerifier verifier = make(pair);

  static JwtVerifier make(const KeyPair& pair) {
    JwtVerifierOptions options;
    options.keys = {{KeySource::Kind::jwks_text, pair.jwks("k1"), ""}};
    return std::move(*JwtVerifier::create(options));
  }
  std::string token() const {
    TokenRequest request;
    request.kid = "k1";
    request.issued_at = kAt;
    request.scopes = {"read", "write"};
    return pair.create_token(request);
  }
};

// A utf8 array with room for `offset` rows before the first one.
struct Column {
  explicit Column(const std::vector<const char*>& values) {
    validity.assign(values.size() / 8 + 1, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] != nullptr) {
        validity[i / 8] = static_cast<std::uint8_t>(validity[i / 8] | 1u << (i % 8));
        text += values[i];
      }
      offsets.push_back(static_cast<std::int32_t>(text.size()));
    }
    buffers = {validity.data(), offsets.data(), text.data()};
    type.format = "u";
    array.length = static_cast<std::int64_t>(values.size());
    array.null_count = -1;
    array.n_buffers = 3;
    array.buffers = buffers.data();
  }
  std::vector<std::uint8_t> validity;
  std::vector<std::int32_t> offsets = {0};
  std::string text;
  std::array<const void*, 3> buffers{};
  ArrowSchema type{};
  ArrowArray array{};
};

std::string_view text_of(const ArrowArray& column, std::int64_t row) {
  const auto* const validity = static_cast<const std::uint8_t*>(column.buffers[0]);
  if (validity != nullptr && ((validity[row / 8] >> (row % 8)) & 1) == 0) return "(null)";
  const auto* const offsets = static_cast<const std::int32_t*>(column.buffers[1]);
  return {static_cast<const char*>(column.buffers[2]) + offsets[row],
          static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
}

TEST(VerifyColumn, GivesARowForEachRow) {
  const Fixture fixture;
  const std::string good = fixture.token();
  const std::string with_scheme = "Bearer " + good;
  Column column({"skipped", good.c_str(), nullptr, "", with_scheme.c_str(), "a.b.c", "Bearer "});
  column.array.offset = 1;
  column.array.length = 6;
  const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
  ASSERT_TRUE(judged) << judged.error().message;
  ASSERT_EQ(judged->size(), 1u);
  ArrowArray array;
  export_array(judged->front(), &array);
  ASSERT_EQ(array.n_children, 14);
  EXPECT_EQ(array.length, 6);
  const char* const reasons[] = {"(null)", "missing_token",   "missing_token",
                                 "(null)", "malformed_token", "missing_token"};
  for (std::int64_t row = 0; row < 6; ++row) {
    const bool is_valid = std::string_view(reasons[row]) == "(null)";
    EXPECT_EQ((static_cast<const std::uint8_t*>(array.children[0]->buffers[1])[0] >> row & 1) != 0, is_valid);
    EXPECT_EQ(text_of(*array.children[1], row), reasons[row]);
    EXPECT_EQ(text_of(*array.children[3], row), is_valid ? "valid" : "unchecked");
    EXPECT_EQ(text_of(*array.children[6], row), is_valid ? "fastmcp-user" : "(null)");
  }
  EXPECT_EQ(static_cast<const std::int64_t*>(array.children[11]->buffers[1])[0], 1'790'003'600'000'000);
  array.release(&array);
  EXPECT_EQ(array.release, nullptr);
}

TEST(VerifyColumn, HandsOutArraysThatLiveByThemselves) {
  ArrowArray moved{};
  ArrowArrayStream stream{};
  {
    const Fixture fixture;
    const std::string good = fixture.token();
    const Column column({good.c_str(), nullptr});
    const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
    ASSERT_TRUE(judged);
    ArrowArray array;
    export_array(judged->front(), &array);
    // A consumer may move a child out, and release the rest.
    moved = *array.children[10];
    array.children[10]->release = nullptr;
    array.release(&array);
    export_stream(*judged, &stream);
  }
  EXPECT_EQ(text_of(*moved.children[0], 1), "write");
  moved.release(&moved);

  ArrowSchema schema;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  EXPECT_STREQ(schema.format, "+s");
  EXPECT_STREQ(schema.children[11]->name, "expires_at");
  EXPECT_STREQ(schema.children[11]->format, "tsu:UTC");
  EXPECT_STREQ(schema.children[10]->children[0]->format, "u");
  schema.release(&schema);
  ArrowArray part;
  ASSERT_EQ(stream.get_next(&stream, &part), 0);
  EXPECT_EQ(part.length, 2);
  part.release(&part);
  ASSERT_EQ(stream.get_next(&stream, &part), 0);
  EXPECT_EQ(part.release, nullptr);
  stream.release(&stream);
}

TEST(VerifyColumn, JoinsPartsOfAnyLength) {
  const Fixture fixture;
  const std::string good = fixture.token();
  std::vector<VerdictPart> parts;
  std::vector<const char*> all;
  for (const std::size_t length : {3u, 0u, 8u, 5u, 1u}) {
    std::vector<const char*> some;
    for (std::size_t i = 0; i < length; ++i) some.push_back(i % 3 == 1 ? nullptr : i % 3 == 2 ? "x.y" : good.c_str());
    const Column column(some);
    const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
    ASSERT_TRUE(judged);
    parts.insert(parts.end(), judged->begin(), judged->end());
    all.insert(all.end(), some.begin(), some.end());
  }
  const Result<VerdictPart> joined = join(parts);
  ASSERT_TRUE(joined);
  const Column column(all);
  const auto whole = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
  ASSERT_TRUE(whole);
  const auto& one = static_cast<const columns::VerdictBuilder&>(**joined);
  const auto& other = static_cast<const columns::VerdictBuilder&>(*whole->front());
  ASSERT_EQ(one.rows(), 17);
  EXPECT_EQ(one.valid.bytes, other.valid.bytes);
  EXPECT_EQ(one.reason.offsets, other.reason.offsets);
  EXPECT_EQ(one.reason.validity.bytes, other.reason.validity.bytes);
  EXPECT_EQ(one.claims.data, other.claims.data);
  EXPECT_EQ(one.scopes.offsets, other.scopes.offsets);
  EXPECT_EQ(one.scopes.items.offsets, other.scopes.items.offsets);
  EXPECT_EQ(one.expires_at.microseconds, other.expires_at.microseconds);
}

TEST(VerifyColumn, GivesTheSameRowsWithSeveralThreads) {
  const Fixture fixture;
  const std::string good = fixture.token();
  std::vector<const char*> values;
  for (int i = 0; i < 70'000; ++i) values.push_back(i % 7 == 0 ? nullptr : i % 7 == 1 ? "x.y" : good.c_str());
  const Column column(values);
  const auto one = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
  const auto several = verify_column(fixture.verifier, column.type, column.array, {.at = kAt, .threads = 3});
  ASSERT_TRUE(one && several);
  EXPECT_GT(several->size(), 1u);
  const Result<VerdictPart> joined = join(*several);
  ASSERT_TRUE(joined);
  const auto& left = static_cast<const columns::VerdictBuilder&>(*one->front());
  const auto& right = static_cast<const columns::VerdictBuilder&>(**joined);
  EXPECT_EQ(left.valid.bytes, right.valid.bytes);
  EXPECT_EQ(left.detail.data, right.detail.data);
}

VerdictFields fields_of(std::initializer_list<std::string_view> names) {
  return *VerdictFields::of(std::span(names.begin(), names.size()));
}

TEST(VerifyColumn, FillsOnlyTheColumnsThatAreWanted) {
  const Fixture fixture;
  const std::string good = fixture.token();
  const Column column({good.c_str(), nullptr, "a.b.c", good.c_str()});
  const VerdictFields fields = fields_of({"scopes", "valid", "reason"});
  const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt, .fields = fields});
  ASSERT_TRUE(judged);
  ArrowArray array;
  export_array(judged->front(), &array);
  ArrowSchema schema;
  export_schema(&schema, fields);
  ASSERT_EQ(array.n_children, 3);
  ASSERT_EQ(schema.n_children, 3);
  EXPECT_STREQ(schema.children[0]->name, "scopes");
  EXPECT_STREQ(schema.children[1]->name, "valid");
  EXPECT_STREQ(schema.children[1]->format, "b");
  EXPECT_EQ(array.length, 4);
  EXPECT_EQ(text_of(*array.children[0]->children[0], 3), "write");
  EXPECT_EQ(static_cast<const std::uint8_t*>(array.children[1]->buffers[1])[0], 0b1001);
  EXPECT_EQ(text_of(*array.children[2], 1), "missing_token");
  array.release(&array);
  schema.release(&schema);
  const auto& made = static_cast<const columns::VerdictBuilder&>(*judged->front());
  EXPECT_EQ(made.claims.offsets.size() + made.detail.offsets.size() + made.signature.offsets.size(), 3u)
      << "columns that nobody wants are not filled";
  EXPECT_TRUE(made.claims.data.empty() && made.detail.data.empty() && made.alg.validity.bytes.empty());
}

TEST(VerifyColumn, FillsEachColumnByItselfAsAmongAll) {
  const Fixture fixture;
  const std::string good = fixture.token();
  const Column column({good.c_str(), nullptr, "a.b.c", good.c_str()});
  const auto all = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
  ASSERT_TRUE(all);
  ArrowArray whole;
  export_array(all->front(), &whole);
  for (std::size_t i = 0; i < kVerdictColumnCount; ++i) {
    const std::string_view name = to_string(static_cast<VerdictColumn>(i));
    const auto alone =
        verify_column(fixture.verifier, column.type, column.array, {.at = kAt, .fields = fields_of({name})});
    ASSERT_TRUE(alone) << name;
    ArrowArray array;
    export_array(alone->front(), &array);
    ASSERT_EQ(array.n_children, 1);
    EXPECT_EQ(array.length, 4);
    const ArrowArray& one = *array.children[0];
    const ArrowArray& other = *whole.children[i];
    EXPECT_EQ(one.length, other.length);
    EXPECT_EQ(one.null_count, other.null_count) << name;
    ASSERT_EQ(one.n_buffers, other.n_buffers) << name;
    if (one.n_buffers == 3) {
      for (std::int64_t row = 0; row < 4; ++row) EXPECT_EQ(text_of(one, row), text_of(other, row)) << name;
    }
    array.release(&array);
  }
  whole.release(&whole);
}

TEST(VerifyColumn, JoinsAndStreamsTheColumnsThatAreWanted) {
  const Fixture fixture;
  const std::string good = fixture.token();
  const VerdictFields fields = fields_of({"alg", "expires_at"});
  std::vector<VerdictPart> parts;
  for (int i = 0; i < 2; ++i) {
    const Column column({good.c_str(), nullptr});
    const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt, .fields = fields});
    ASSERT_TRUE(judged);
    parts.push_back(judged->front());
  }
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    const Result<VerdictPart> joined = join(std::span(parts).first(count), fields);
    ASSERT_TRUE(joined);
    ArrowArray array;
    export_array(*joined, &array);
    ASSERT_EQ(array.n_children, 2);
    EXPECT_EQ(array.length, static_cast<std::int64_t>(2 * count));
    EXPECT_EQ(array.children[1]->null_count, static_cast<std::int64_t>(count));
    array.release(&array);
  }
  // The parts know their columns, whatever is said of them.
  const Result<VerdictPart> joined = join(parts);
  ASSERT_TRUE(joined);
  ArrowArray array;
  export_array(*joined, &array);
  EXPECT_EQ(array.n_children, 2);
  array.release(&array);
  for (const bool has_parts : {false, true}) {
    ArrowArrayStream stream;
    export_stream(has_parts ? parts : std::vector<VerdictPart>(), &stream, has_parts ? VerdictFields() : fields);
    ArrowSchema schema;
    ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
    ASSERT_EQ(schema.n_children, 2);
    EXPECT_STREQ(schema.children[1]->name, "expires_at");
    schema.release(&schema);
    stream.release(&stream);
  }
}

TEST(VerdictFields, RefuseNamesThatAreUnknownOrComeTwice) {
  const auto error_of = [](std::initializer_list<std::string_view> names) {
    const auto made = VerdictFields::of(std::span(names.begin(), names.size()));
    EXPECT_FALSE(made);
    return made ? Error{} : made.error();
  };
  const Error unknown = error_of({"valid", "Valid"});
  EXPECT_EQ(unknown.field, "fields");
  EXPECT_NE(unknown.message.find("'Valid', only valid, reason, reasons,"), std::string::npos) << unknown.message;
  EXPECT_NE(unknown.message.find("detail"), std::string::npos);
  EXPECT_NE(error_of({"kid", "valid", "kid"}).message.find("'kid' twice"), std::string::npos);
  EXPECT_NE(error_of({}).message.find("empty"), std::string::npos);
  EXPECT_EQ(VerdictFields().columns().size(), kVerdictColumnCount);
}

TEST(VerifyColumn, SaysWhatTypeAColumnHas) {
  const Fixture fixture;
  Column column({"x"});
  column.type.format = "l";
  const auto judged = verify_column(fixture.verifier, column.type, column.array, {.at = kAt});
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().field, "column");
  EXPECT_NE(judged.error().message.find("int64"), std::string::npos);
}

TEST(VerifyColumn, ChecksTheTypeOfAColumnWithoutRowsAndBuffers) {
  const Fixture fixture;
  for (const char* format : {"u", "U", "vz", "n"}) {
    ArrowSchema type{};
    type.format = format;
    const auto judged = verify_column(fixture.verifier, type, ArrowArray{}, {.at = kAt});
    ASSERT_TRUE(judged) << format;
    EXPECT_TRUE(judged->empty()) << format;
    ArrowSchema dictionary{};
    dictionary.format = "i";
    dictionary.dictionary = &type;
    EXPECT_TRUE(verify_column(fixture.verifier, dictionary, ArrowArray{}, {.at = kAt})) << format;
    EXPECT_TRUE(read_times(dictionary, ArrowArray{})) << format;
  }
  for (const char* format : {"l", "+s", "+l"}) {
    ArrowSchema type{};
    type.format = format;
    EXPECT_FALSE(verify_column(fixture.verifier, type, ArrowArray{}, {.at = kAt})) << format;
    type.format = "i";
    ArrowSchema number{};
    number.format = format;
    type.dictionary = &number;
    EXPECT_FALSE(verify_column(fixture.verifier, type, ArrowArray{}, {.at = kAt})) << format;
  }
}

TEST(ReadTimes, ReadsUnitsBeforeAndAfterTheEpoch) {
  const std::int64_t numbers[] = {-1, 1500, 0};
  const void* buffers[] = {nullptr, numbers};
  ArrowSchema type{};
  type.format = "tsm:UTC";
  ArrowArray array{};
  array.length = 3;
  array.n_buffers = 2;
  array.buffers = buffers;
  const auto times = read_times(type, array);
  ASSERT_TRUE(times);
  EXPECT_EQ((*times)[0], (Instant{-1, 999'000'000}));
  EXPECT_EQ((*times)[1], (Instant{1, 500'000'000}));
  EXPECT_EQ((*times)[2], (Instant{0, 0}));
}

TEST(ReadTimes, ATimestampThatIsNoMomentIsNothing) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t numbers[] = {Limits::min(), -Limits::max(), Limits::max(), Limits::max() - 1};
  const void* buffers[] = {nullptr, numbers};
  ArrowSchema type{};
  type.format = "tsu:Europe/Berlin";
  ArrowArray array{};
  array.length = 4;
  array.n_buffers = 2;
  array.buffers = buffers;
  const auto times = read_times(type, array);
  ASSERT_TRUE(times);
  EXPECT_EQ((*times)[0], std::nullopt);
  EXPECT_EQ((*times)[1], std::nullopt);
  EXPECT_EQ((*times)[2], std::nullopt);
  EXPECT_NE((*times)[3], std::nullopt);
}

TEST(ReadTimes, RefusesTimestampsWithoutATimeZone) {
  for (const char* format : {"tss:", "tsm:", "tsu:", "tsn:"}) {
    ArrowSchema type{};
    type.format = format;
    const auto times = read_times(type, ArrowArray{});
    ASSERT_FALSE(times) << format;
    EXPECT_EQ(times.error().field, "at");
    EXPECT_NE(times.error().message.find("time zone"), std::string::npos);
  }
}

TEST(ReadTimes, ReadsIntegersOfEveryWidth) {
  const auto read = [](const char* format, const void* numbers) {
    const void* buffers[] = {nullptr, numbers};
    ArrowSchema type{};
    type.format = format;
    ArrowArray array{};
    array.length = 2;
    array.n_buffers = 2;
    array.buffers = buffers;
    const auto times = read_times(type, array);
    EXPECT_TRUE(times) << format;
    return times ? *times : std::vector<std::optional<Instant>>(2);
  };
  const std::int8_t bytes[] = {-7, 100};
  const std::uint8_t unsigned_bytes[] = {7, 200};
  const std::int16_t shorts[] = {-7, 30'000};
  const std::uint16_t unsigned_shorts[] = {7, 60'000};
  const std::int32_t ints[] = {-7, 2'000'000'000};
  const std::uint32_t unsigned_ints[] = {7, 4'000'000'000};
  const std::int64_t longs[] = {-7, 1'790'000'000'000};
  const std::uint64_t unsigned_longs[] = {7, std::uint64_t{1} << 63};
  for (const auto& [format, numbers, first, second] :
       {std::tuple<const char*, const void*, std::int64_t, std::int64_t>{"c", bytes, -7, 100},
        {"C", unsigned_bytes, 7, 200},
        {"s", shorts, -7, 30'000},
        {"S", unsigned_shorts, 7, 60'000},
        {"i", ints, -7, 2'000'000'000},
        {"I", unsigned_ints, 7, 4'000'000'000},
        {"l", longs, -7, 1'790'000'000}}) {
    const auto times = read(format, numbers);
    EXPECT_EQ(times[0], (Instant{first, 0})) << format;
    EXPECT_EQ(times[1], (Instant{second, 0})) << format;
  }
  const auto times = read("L", unsigned_longs);
  EXPECT_EQ(times[0], (Instant{7, 0}));
  EXPECT_FALSE(times[1]) << "no int64 holds it";
}

TEST(CountColumn, CountsTheVerdictOfEachRow) {
  const Fixture fixture;
  const std::string good = fixture.token();
  // More rows than are counted apart.
  std::vector<const char*> values;
  for (int i = 0; i < 10'000; ++i) values.push_back(i % 4 == 0 ? nullptr : i % 4 == 1 ? "a.b.c" : good.c_str());
  const Column column(values);
  columns::ColumnCounts counts;
  ASSERT_TRUE(columns::count_column(fixture.verifier, column.type, column.array, {.at = kAt}, counts));
  EXPECT_EQ(counts.tally.all.accepted, 5'000u);
  EXPECT_EQ(counts.tally.all.rejected, 5'000u);
  EXPECT_EQ(counts.tally.reasons[static_cast<std::size_t>(Reason::missing_token)].decided, 2'500u);
  EXPECT_EQ(counts.tally.reasons[static_cast<std::size_t>(Reason::malformed_token)].decided, 2'500u);
  EXPECT_EQ(counts.bytes, 2'500 * 5 + 5'000 * good.size());
  EXPECT_FALSE(counts.tally.all.times.first) << "the rows have no times of their own";
}

TEST(CountColumn, KeepsTheTimesOfRowsThatHaveThem) {
  const Fixture fixture;
  const std::string good = fixture.token();
  const Column column({good.c_str(), good.c_str(), nullptr});
  const std::vector<std::optional<Instant>> times = {kAt, std::nullopt, Instant{kAt.seconds + 5, 0}};
  columns::ColumnCounts counts;
  ASSERT_TRUE(columns::count_column(fixture.verifier, column.type, column.array, {.at = {}, .times = times}, counts));
  EXPECT_EQ(counts.tally.all.accepted, 1u);
  EXPECT_EQ(counts.tally.reasons[static_cast<std::size_t>(Reason::missing_time)].decided, 1u);
  EXPECT_EQ(counts.tally.all.times.first, kAt);
  EXPECT_EQ(counts.tally.all.times.last, times[2]);
}

TEST(CountColumn, RefusesAColumnThatHoldsNoText) {
  const Fixture fixture;
  Column column({"x"});
  column.type.format = "l";
  columns::ColumnCounts counts;
  const auto done = columns::count_column(fixture.verifier, column.type, column.array, {.at = kAt}, counts);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().field, "column");
  EXPECT_EQ(counts.tally.all.records(), 0u);
}

}  // namespace
}  // namespace assay
