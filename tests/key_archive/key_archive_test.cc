#include "key_archive/key_archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "codec/base64url.h"
#include "key_archive/canonical_set.h"
#include "support/temp_dir.h"
#include "support/vectors.h"

namespace assay::key_archive {
namespace {

constexpr std::string_view kUrl = "https://idp.example/jwks.json";
constexpr std::string_view kOne = R"({"keys":[{"kty":"EC","kid":"a"},{"kty":"RSA","kid":"b"}]})";
constexpr std::string_view kTwo = R"({"keys":[{"kty":"EC","kid":"c"}]})";
const Instant kNow{1'795'521'600, 5};  // 2026-11-24T12:00:00Z

KeyArchive opened(const std::string& folder, Instant at, double wait = 1) {
  auto archive = KeyArchive::open(folder, {.wait_seconds = wait, .clock = [at] { return at; }});
  EXPECT_TRUE(archive) << archive.error().message;
  return *std::move(archive);
}

KeyArchive::Stored stored(const std::string& folder, Instant at, std::string_view body, std::string_view url = kUrl) {
  const auto done = opened(folder, at).add(url, url, body);
  EXPECT_TRUE(done) << done.error().message;
  return done ? *done : KeyArchive::Stored{};
}

std::set<std::string> snapshots(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") names.insert(entry.path().filename());
  }
  return names;
}

TEST(CanonicalSet, IsTheSameHoweverAServerWritesTheSet) {
  for (const std::string_view same :
       {R"( { "keys" : [ {"kid":"b","kty":"RSA"}, {"kid":"\u0061","kty":"EC"} ] } )",
        "{\"keys\":[\n{\"kty\":\"EC\",\"kid\":\"x\",\"kid\":\"a\"},{\"kty\":\"RSA\",\"kid\":\"b\"}]}"}) {
    EXPECT_EQ(canonical_set(same), canonical_set(kOne));
    EXPECT_EQ(set_fingerprint(same), set_fingerprint(kOne));
  }
  EXPECT_EQ(canonical_set(kOne), R"({"keys":[{"kid":"a","kty":"EC"},{"kid":"b","kty":"RSA"}]})");
}

TEST(CanonicalSet, TellsApartWhatDiffers) {
  std::set<std::string> forms;
  const std::vector<std::string> different = {std::string(kOne),
                                              std::string(kTwo),
                                              R"({"keys":[]})",
                                              R"({"keys":{}})",
                                              R"({"a":"PEM"})",
                                              R"({"a":"pem"})",
                                              R"({"keys":[{"x5c":["1","2"]}]})",
                                              R"({"keys":[{"x5c":["2","1"]}]})",
                                              "",
                                              "no JSON",
                                              "[]"};
  for (const std::string& text : different) forms.insert(set_fingerprint(text));
  EXPECT_EQ(forms.size(), different.size());
}

TEST(CanonicalSet, TakesOnlyTheKeysOfASignedSet) {
  const auto is_signed = [](std::string_view payload, std::string_view signature) {
    return codec::base64url_encode(R"({"alg":"ES256","typ":"jwk-set+jwt"})") + "." + codec::base64url_encode(payload) +
           "." + std::string(signature);
  };
  const std::string first = is_signed(R"({"iat":1,"keys":[{"kid":"a"}]})", "AAAA");
  EXPECT_EQ(set_fingerprint(first), set_fingerprint(is_signed(R"({"keys":[{"kid":"a"}],"iat":2})", "BBBB")));
  EXPECT_NE(set_fingerprint(first), set_fingerprint(is_signed(R"({"iat":1,"keys":[{"kid":"b"}]})", "AAAA")));
}

TEST(ArchiveName, IsAFileNameThatTellsTheUrl) {
  EXPECT_EQ(archive_name("https://idp.example/.well-known/jwks.json"), "idp.example_.well-known_jwks.json");
  EXPECT_EQ(archive_name("https://idp.example"), "idp.example");
  EXPECT_TRUE(archive_name("https://h/a?key=hidden").starts_with("h_a_"));
  EXPECT_EQ(archive_name("https://h/a?key=hidden").find("hidden"), std::string::npos);
  std::set<std::string> names;
  const std::vector<std::string> urls = {"https://h/a/b",
                                         "https://h/a_b",
                                         "https://h/a?b",
                                         "https://h/A/b",
                                         "https://h:8/a/b",
                                         "http://h/a/b",
                                         "https://h/a/b/",
                                         "https://h/a/b.json",
                                         "https://h/a/../b",
                                         "https://h/" + std::string(400, 'x'),
                                         "https://h/" + std::string(401, 'x'),
                                         "https://h/\xC3\xA9",
                                         "../../etc/passwd"};
  for (const std::string& url : urls) {
    const std::string name = archive_name(url);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find('/'), std::string::npos);
    EXPECT_FALSE(name.starts_with('.')) << name;
    EXPECT_LT(name.size(), 200u);
  }
}

TEST(KeyArchive, StoresASetOnlyIfItDiffersFromTheLatestSnapshot) {
  const test::TempDir folder;
  const std::string path = folder.path(".") + "/new/archive";
  const auto first = stored(path, kNow, kOne);
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.file, "idp.example_jwks.json-2026-11-24T120000Z.json");
  EXPECT_EQ(test::read_file(path + "/" + first.file), kOne) << "as it was published, byte for byte";
  const auto again = stored(path, {kNow.seconds + 60, 0}, std::string(" ") + std::string(kOne));
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.file, first.file);
  EXPECT_EQ(again.sha256, first.sha256);
  EXPECT_TRUE(stored(path, {kNow.seconds + 120, 0}, kTwo).is_new);
  EXPECT_TRUE(stored(path, {kNow.seconds + 180, 0}, kOne).is_new) << "what an older snapshot says is news again";
  EXPECT_EQ(snapshots(path), (std::set<std::string>{"idp.example_jwks.json-2026-11-24T120000Z.json",
                                                    "idp.example_jwks.json-2026-11-24T120200Z.json",
                                                    "idp.example_jwks.json-2026-11-24T120300Z.json"}));
}

TEST(KeyArchive, ComparesWithSnapshotsOfItsOwnUrlOnly) {
  const test::TempDir folder;
  const std::string path = folder.path(".");
  for (const char* other :
       {"idp.example_jwks.json-2.json", "idp.example_jwks.json-2026-11-24T999.json", "idp.example_jwks.json.json",
        "other-2027-01-01.json", "idp.example_jwks.json-x-2027-01-01T000000Z.json"}) {
    std::ofstream(path + "/" + other) << kOne;
  }
  std::ofstream(path + "/idp.example_jwks.json-2026-11-23.json") << kOne;  // by hand: a date without a time
  EXPECT_FALSE(stored(path, kNow, kOne).is_new);
  EXPECT_TRUE(stored(path, kNow, kOne, "https://idp.example/jwks").is_new);
}

TEST(KeyArchive, KeepsALogOfEveryTimeThatAUrlWasAsked) {
  const test::TempDir folder;
  const std::string path = folder.path(".");
  const auto first = stored(path, kNow, kOne);
  stored(path, kNow, kOne);
  EXPECT_TRUE(opened(path, kNow).add_failure(kUrl, "says \"no\"\n"));
  std::ofstream(path + "/fetch.log.ndjson", std::ios::app) << "{\"time\":\"2026";  // a run that was killed
  stored(path, kNow, kOne);
  const auto lines = test::read_lines(path + "/fetch.log.ndjson");
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0],
            R"({"time":"2026-11-24T12:00:00Z","url":"https://idp.example/jwks.json","outcome":"new","sha256":")" +
                first.sha256 + R"(","file":"idp.example_jwks.json-2026-11-24T120000Z.json"})");
  EXPECT_EQ(
      lines[2],
      R"({"time":"2026-11-24T12:00:00Z","url":"https://idp.example/jwks.json","outcome":"failed","error":"says \"no\"\n"})");
  for (const std::size_t i : {0, 1, 2, 4}) EXPECT_NO_THROW(test::Document(lines[i], "log"));
  EXPECT_NE(lines[4].find("unchanged"), std::string::npos);
}

TEST(KeyArchive, RefusesAClockThatStandsBeforeTheLatestSnapshot) {
  const test::TempDir folder;
  stored(folder.path("."), kNow, kOne);
  const auto earlier = opened(folder.path("."), {kNow.seconds - 1, 0}).add(kUrl, kUrl, kTwo);
  ASSERT_FALSE(earlier);
  EXPECT_NE(earlier.error().message.find("correct the clock"), std::string::npos) << earlier.error().message;
  const auto same_second = opened(folder.path("."), kNow).add(kUrl, kUrl, kTwo);
  ASSERT_FALSE(same_second);
  EXPECT_NE(same_second.error().message.find("try again"), std::string::npos) << same_second.error().message;
  EXPECT_EQ(snapshots(folder.path(".")).size(), 1u);
}

TEST(KeyArchive, WaitsForAnotherThatWorksOnTheFolder) {
  const test::TempDir folder;
  {
    const KeyArchive held = opened(folder.path("."), kNow);
    const auto refused = KeyArchive::open(folder.path("."), {.wait_seconds = 0});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("another process"), std::string::npos);
  }
  // Many at a time: each content is stored once, whoever comes first.
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(KeyArchive::open(folder.path("."))->add(kUrl, kUrl, kOne)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(snapshots(folder.path(".")).size(), 1u);
  EXPECT_EQ(test::read_lines(folder.path(".") + "/fetch.log.ndjson").size(), 8u);
}

TEST(KeyArchive, NamesTheFolderThatCannotBeMade) {
  const test::TempDir folder;
  std::ofstream(folder.path(".") + "/file") << "x";
  const auto refused = KeyArchive::open(folder.path(".") + "/file/archive");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("file/archive: cannot make the folder"), std::string::npos);
}

}  // namespace
}  // namespace assay::key_archive
