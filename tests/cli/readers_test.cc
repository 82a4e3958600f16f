#include "cli/readers.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay::cli {
namespace {

template <class T>
void expect_refused(const Reader<T>& reader, const std::string& text, const std::string& part) {
  const Result<T> read = reader.read(text);
  ASSERT_FALSE(read) << text;
  EXPECT_NE(read.error().message.find(part), std::string::npos) << read.error().message;
}

TEST(Readers, SizesTakeUnitsAndAreWrittenWithTheLargest) {
  const auto reader = size();
  for (const auto& [text, bytes, written] : {std::tuple{"0", std::size_t{0}, "0"},
                                             {"65536", 65536, "64KiB"},
                                             {"65537", 65537, "65537"},
                                             {"3K", 3072, "3KiB"},
                                             {"1024M", std::size_t{1} << 30, "1GiB"},
                                             {"1024GiB", std::size_t{1} << 40, "1024GiB"}}) {
    ASSERT_TRUE(reader.read(text)) << text;
    EXPECT_EQ(*reader.read(text), bytes);
    EXPECT_EQ(reader.write(bytes), written);
    EXPECT_EQ(*reader.read(written), bytes);
  }
  for (const char* text :
       {"", "-1", "+1", "1.5", " 1", "1 MiB", "MiB", "1025GiB", "1099511627777", "18446744073709551616", "0x1"})
    expect_refused(reader, text, "as a size");
}

TEST(Readers, WholeNumbersKeepToTheirBounds) {
  const auto reader = whole_number<int>(-2, 7, "things");
  EXPECT_EQ(*reader.read("-2"), -2);
  EXPECT_EQ(*reader.read("7"), 7);
  for (const char* text : {"-3", "8", "", "1.0", "1x", " 1", "99999999999999999999"})
    expect_refused(reader, text, "use a whole number from -2 to 7");
}

TEST(Readers, SharesAreFrom0To1) {
  EXPECT_EQ(*share().read("0.25"), 0.25);
  EXPECT_EQ(*share().read("1"), 1);
  EXPECT_EQ(share().write(0.01), "0.01");
  for (const char* text : {"nan", "-0.1", "1.1", "", "1 %", "inf"}) expect_refused(share(), text, "from 0 to 1");
}

TEST(Readers, SeedsAreAny64Bits) {
  EXPECT_EQ(*seed().read("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"-1", "", "x", "18446744073709551616"}) expect_refused(seed(), text, "as a seed");
}

TEST(Readers, ListsHoldEachValueOnce) {
  const auto reader = list_of(whole_number<int>(1, 9, "things"));
  EXPECT_EQ(*reader.read("3,1,3"), (std::vector<int>{3, 1}));
  EXPECT_EQ(reader.write({3, 1}), "3,1");
  for (const char* text : {"", "1,", ",1", "1,,2"}) expect_refused(reader, text, "empty place");
  expect_refused(reader, "1,10", "from 1 to 9");
}

TEST(Readers, ChoicesAreListed) {
  const auto reader = one_of<int>({{"one", 1}, {"two", 2}});
  EXPECT_EQ(*reader.read("two"), 2);
  EXPECT_EQ(reader.write(1), "one");
  EXPECT_EQ(reader.write(3), "");
  expect_refused(reader, "three", "one|two");
}

TEST(Readers, TimesAreNowUnixSecondsOrRfc3339) {
  EXPECT_EQ(*read_time("now", "now"), std::nullopt);
  EXPECT_EQ((*read_time("1790000000.5", "now"))->nanoseconds, 500'000'000u);
  EXPECT_EQ((*read_time("2026-09-21T14:13:20Z", "now"))->seconds, 1'790'000'000);
  const auto wrong = read_time("yesterday", "now or Unix seconds");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "cannot read 'yesterday' as a time; use now or Unix seconds, such as 2026-11-23T09:51:01Z");
}

TEST(Readers, KeySetsMayBeUrlsWhereTheyCanBeFetched) {
  using Kind = KeySource::Kind;
  const std::string url = "https://user:secret@idp.example.com/keys?token=secret";
  const auto source = key_source(Kind::jwks_file, true).read(url);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->kind, Kind::jwks_url);
  EXPECT_EQ(source->value, url);
  EXPECT_EQ(source->name, "https://idp.example.com/keys");
  expect_refused(key_source(Kind::jwks_file), url, "https://idp.example.com/keys is a URL");
  EXPECT_EQ(key_source(Kind::public_key_file).read(url)->kind, Kind::public_key_file);
  expect_refused(key_source(Kind::secret_file), "", "the path is empty");
}

TEST(Readers, CredentialsAreTakenOffUrls) {
  for (const auto& [url, shown] : {std::pair{"http://h", "http://h"},
                                   {"http://u:p@h/p", "http://h/p"},
                                   {"http://u:p@h?q@r", "http://h"},
                                   {"http://h/p@x#f", "http://h/p@x"},
                                   {"http://a@b@h/", "http://h/"}})
    EXPECT_EQ(without_credentials(url), shown);
}

TEST(Readers, ClaimsAreNamesWithJson) {
  EXPECT_EQ(*claim().read("a=[1,\"=\"]"), (std::pair<std::string, std::string>{"a", "[1,\"=\"]"}));
  for (const char* text : {"x", "=1"}) expect_refused(claim(), text, "NAME=JSON");
  expect_refused(claim(), "x=abc", "a string needs its quotes: 'x=\"...\"'");
}

}  // namespace
}  // namespace assay::cli
