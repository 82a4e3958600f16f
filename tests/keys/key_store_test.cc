#include "keys/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "keys/http_server.h"
#include "keys/support.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;
using Kind = KeySource::Kind;

// Opens a store that must not open, and gives its error.
std::string refusal(KeySource one, const Policy& with) {
  const auto store = KeyStore::open({std::move(one)}, with, {}, {});
  return store ? "opened" : store.error().message;
}

class KeyFiles : public ::testing::Test {
 protected:
  KeyFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assay_keys_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~KeyFiles() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& bytes) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  // The secret that a file gives.
  std::string secret_of(const std::string& bytes) {
    const auto store = KeyStore::open({source(Kind::secret_file, write("secret", bytes))}, policy(), {}, {});
    return store ? (*store)->snapshot()->ring->keys()[0].jwk.k : store.error().message;
  }
  std::filesystem::path folder_;
};

TEST_F(KeyFiles, TheFinalNewlineOfATextFileIsNoPartOfTheSecret) {
  const std::string text(32, 's');
  EXPECT_EQ(secret_of(text + "\n"), text);
  EXPECT_EQ(secret_of(text + "\r\n"), text);
  EXPECT_EQ(secret_of(text + "\n\n"), text + "\n");
  EXPECT_EQ(secret_of(text + "\xff\n"), text + "\xff\n");
  EXPECT_EQ(secret_of(text + std::string(1, '\0') + "\n"), text + std::string(1, '\0') + "\n");
  EXPECT_EQ(secret_of(text + "\xc3\xa9\n"), text + "\xc3\xa9");
}

TEST_F(KeyFiles, ReloadKeepsTheOldKeysWhenTheNewFileIsBroken) {
  const std::string path = write("jwks.json", ec_set("a"));
  const auto store = KeyStore::open({source(Kind::jwks_file, path)}, policy(), {}, {});
  ASSERT_TRUE(store) << store.error().message;
  const std::uint64_t before = (*store)->version();
  write("jwks.json", "{");
  const Result<void> reloaded = (*store)->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().message, HasSubstr(path));
  EXPECT_EQ((*store)->version(), before);
  EXPECT_EQ((*store)->snapshot()->ring->keys()[0].jwk.kid, "a");
  write("jwks.json", ec_set("b"));
  EXPECT_TRUE((*store)->reload());
  EXPECT_NE((*store)->version(), before);
  EXPECT_EQ((*store)->snapshot()->ring->keys()[0].jwk.kid, "b");
}

TEST_F(KeyFiles, AMissingFileIsNamed) {
  EXPECT_THAT(refusal(source(Kind::jwks_file, (folder_ / "none").string()), policy()),
              HasSubstr("none: cannot be read"));
}

TEST(KeyStore, AllowsWhatTheKeysPermitUnlessThePolicySaysWhich) {
  AlgorithmSet es256;
  es256.insert(Algorithm::ES256);
  const auto store = KeyStore::open({source(Kind::jwks_text, ec_set("a"))}, policy(), {}, {});
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->snapshot()->allowed, es256);
  EXPECT_TRUE((*store)->snapshot()->has_key_sources);
}

TEST(KeyStore, RefusesPublicKeysForSharedSecretAlgorithms) {
  for (Profile profile : {Profile::strict, Profile::fastmcp})
    EXPECT_THAT(refusal(source(Kind::jwks_text, ec_set("a")), policy({Algorithm::HS256}, profile)),
                HasSubstr("needs a shared secret"));
}

TEST(KeyStore, RefusesSecretsThatAreShortOrNoSecret) {
  const auto with = policy({Algorithm::HS384});
  EXPECT_THAT(refusal(source(Kind::secret_text, std::string(32, 's')), with), HasSubstr("at least 48"));
  EXPECT_THAT(refusal(source(Kind::secret_text, ""), with), HasSubstr("empty"));
  EXPECT_THAT(refusal(source(Kind::secret_text, "ssh-rsa " + std::string(64, 'A')), with), HasSubstr("key file"));
  const std::string pem = "x\n-----BEGIN PUBLIC KEY-----\n" + std::string(64, 'A');
  for (Profile profile : {Profile::strict, Profile::fastmcp})
    EXPECT_THAT(refusal(source(Kind::secret_text, pem), policy({Algorithm::HS256}, profile)), HasSubstr("public key"));
  EXPECT_EQ(refusal(source(Kind::secret_text, "s"), policy({Algorithm::HS256}, Profile::fastmcp)), "opened");
}

TEST(KeyStore, TellsOfTheFirst20SkippedKeysOfASetAndCountsTheRest) {
  // The reader of the set finds the ones without kty, OpenSSL the points that are not on the curve.
  const std::string off_curve =
      R"({"kty":"EC","crv":"P-256","x":")" + std::string(43, 'A') + R"(","y":")" + std::string(43, 'A') + "\"}";
  std::string keys = R"({"kty":"EC","crv":"P-256",)" + kPoint + "}";
  for (int i = 0; i < 15; ++i) keys += ",{}," + off_curve;
  std::vector<std::string> notes;
  const auto store = KeyStore::open({source(Kind::jwks_text, "{\"keys\":[" + keys + "]}")}, policy(), {},
                                    [&](std::string_view note) { notes.emplace_back(note); });
  ASSERT_TRUE(store) << store.error().message;
  // Equal notes are told once: fifteen numbered ones of the reader, one for all the points.
  ASSERT_EQ(notes.size(), 17u);
  EXPECT_EQ(notes.back(), "the key set: and 10 more keys were skipped");
}

// A key server whose answers the test changes.
class KeyServer : public ::testing::Test {
 protected:
  void serve(const std::string& status, const std::string& body, const std::string& headers = "") {
    const std::lock_guard lock(mutex_);
    status_ = status, body_ = body, headers_ = headers;
  }
  std::unique_ptr<KeyStore> open(double interval, double timeout = 5) {
    FetchOptions fetch;
    fetch.refetch_interval_seconds = interval;
    fetch.timeout_seconds = timeout;
    fetch.max_bytes = 10'000;
    auto store =
        KeyStore::open({source(Kind::jwks_url, server_.url("/jwks"))}, policy(), fetch, [this](std::string_view note) {
          const std::lock_guard lock(mutex_);
          notes_ += std::string(note) + "\n";
        });
    if (!store) throw std::runtime_error(store.error().message);
    return *std::move(store);
  }
  std::string notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  // Asks for a refetch until the condition holds; a minute is far more than it takes.
  template <class Condition>
  static bool eventually(KeyStore* store, Condition condition) {
    for (int i = 0; i < 6000; ++i) {
      if (condition()) return true;
      if (store != nullptr) store->request_refetch();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static std::string kid(const KeyStore& store) { return store.snapshot()->ring->keys()[0].jwk.kid; }

  std::mutex mutex_;
  std::string status_ = "200 OK", body_ = ec_set("a"), headers_, notes_;
  HttpServer server_{[this](HttpServer& server, int socket, const std::string&) {
    std::unique_lock lock(mutex_);
    const std::string status = status_, body = body_, headers = headers_;
    lock.unlock();
    if (status == "hang") return server.hang(socket);
    HttpServer::answer(socket, status, headers, body);
  }};
};

TEST_F(KeyServer, RotatedKeysArriveAfterARequest) {
  const auto store = open(0);
  EXPECT_EQ(kid(*store), "a");
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(eventually(store.get(), [&] { return kid(*store) == "b"; }));
}

TEST_F(KeyServer, AFailedRefetchKeepsTheOldKeysAndIsToldOnce) {
  const auto store = open(0);
  serve("500 Oops", "");
  EXPECT_TRUE(eventually(store.get(), [&] { return server_.requests() >= 4; }));
  EXPECT_EQ(kid(*store), "a");
  const std::string told = notes();
  // The port in the URL may hold these digits, too.
  EXPECT_THAT(told, HasSubstr("answered 500"));
  EXPECT_EQ(told.find("answered 500"), told.rfind("answered 500"));
  serve("200 OK", "<html>");
  EXPECT_TRUE(eventually(store.get(), [&] { return notes().find("not JSON") != std::string::npos; }));
  serve("200 OK", std::string(1'000'000, ' '));
  EXPECT_TRUE(eventually(store.get(), [&] { return notes().find("larger than") != std::string::npos; }));
  EXPECT_EQ(kid(*store), "a");
}

TEST_F(KeyServer, TokensCannotMakeItAskMoreOftenThanTheInterval) {
  const auto store = open(3600);
  serve("200 OK", ec_set("b"));
  for (int i = 0; i < 100'000; ++i) store->request_refetch();
  EXPECT_EQ(server_.requests(), 1);
  EXPECT_TRUE(store->reload());  // a reload is the operator's own wish
  EXPECT_EQ(server_.requests(), 2);
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, ASetPastItsAgeIsFetchedAgain) {
  serve("200 OK", ec_set("a"), "Cache-Control: no-store\r\n");
  const auto store = open(0);
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(eventually(nullptr, [&] { return kid(*store) == "b"; }));
}

TEST_F(KeyServer, ClosingEndsAHangingFetch) {
  auto store = open(0, 600);
  serve("hang", "");
  EXPECT_TRUE(eventually(store.get(), [&] { return server_.requests() == 2; }));
  store.reset();  // would last ten minutes otherwise, and the test's time-out is five
}

TEST_F(KeyServer, ClosingReadsNoFurtherKeys) {
  // The second set hangs, so that the store is closed after the first one arrived and before keys are made of it.
  std::atomic<int> asked_second{0};
  HttpServer second([&](HttpServer& server, int socket, const std::string&) {
    if (++asked_second == 1) return HttpServer::answer(socket, "200 OK", "", ec_set("z"));
    server.hang(socket);
  });
  FetchOptions fetch;
  fetch.refetch_interval_seconds = 0;
  fetch.timeout_seconds = 600;
  std::string told;
  auto store =
      KeyStore::open({source(Kind::jwks_url, server_.url("/jwks")), source(Kind::jwks_url, second.url("/jwks"))},
                     policy(), fetch, [&](std::string_view note) { told += note; });
  ASSERT_TRUE(store) << store.error().message;
  serve("200 OK", R"({"keys":[{"kty":"none"},{"kty":"EC","crv":"P-256",)" + kPoint + "}]}");
  ASSERT_TRUE(eventually(store->get(), [&] { return asked_second == 2; }));
  store->reset();
  EXPECT_EQ(told, "");
}

TEST_F(KeyServer, OpeningFailsWithoutAFirstSet) {
  serve("500 Oops", "");
  EXPECT_THAT(refusal(source(Kind::jwks_url, server_.url("/jwks")), policy()), HasSubstr("500"));
  EXPECT_THAT(refusal(source(Kind::jwks_url, "http://issuer.example/jwks"), policy()), HasSubstr("https"));
}

}  // namespace
}  // namespace assay::keys
